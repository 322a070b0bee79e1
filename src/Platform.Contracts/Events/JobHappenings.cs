using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Registry;

namespace Platform.Contracts.Events;

/// <summary>Something has happened with a job or one of its runs.</summary>
/// <param name="Type">What: the name that triggers of other jobs wait for, such as <c>job_run_started_event</c>.</param>
/// <param name="JobId">The job.</param>
[GenerateSerializer, Immutable, Alias("Platform.JobChanged")]
public sealed record JobChanged([property: Id(0)] string Type, [property: Id(1)] string JobId) : Happening
{
    /// <summary>The run; null: it is about none.</summary>
    [Id(2)] public JobChangedRun? Run { get; init; }

    /// <summary>The backfill; null: it is about none, or about one run.</summary>
    [Id(3)] public BackfillState? Backfill { get; init; }

    /// <summary>The jobs that have led to it.</summary>
    [Id(4)] public ValueList<string> Chain { get; init; }

    /// <summary>Why; null: nothing to say.</summary>
    [Id(5)] public string? Message { get; init; }

    /// <summary>Labels of a new definition that are passed over, because they cannot be read.</summary>
    [Id(6)] public ValueList<LabelWarning> Warnings { get; init; }
}

/// <summary>The run that an event is about.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Nominal">When it was due; null: at no time.</param>
/// <param name="Trigger">What made it.</param>
[GenerateSerializer, Immutable, Alias("Platform.JobChangedRun")]
public sealed record JobChangedRun([property: Id(0)] string RunId, [property: Id(1)] DateTimeOffset? Nominal, [property: Id(2)] RunTrigger Trigger);
