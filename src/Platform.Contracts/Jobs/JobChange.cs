using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Contracts.Jobs;

/// <summary>What a definition may meet.</summary>
[GenerateSerializer, Alias("Platform.JobPut")]
public enum JobPut
{
    /// <summary>There must be no job of that name.</summary>
    Add,

    /// <summary>There must be one.</summary>
    Replace,

    /// <summary>Either.</summary>
    AddOrReplace,
}

/// <summary>What became of a change.</summary>
[GenerateSerializer, Alias("Platform.JobOutcome")]
public enum JobOutcome
{
    /// <summary>It is made.</summary>
    Done,

    /// <summary>The name is taken.</summary>
    Taken,

    /// <summary>There is no such job.</summary>
    Unknown,

    /// <summary>The definition is wrong.</summary>
    Invalid,

    /// <summary>Runs go on.</summary>
    Running,

    /// <summary>Other jobs follow.</summary>
    Followed,
}

/// <summary>What became of a change of a job.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobChange")]
public sealed record JobChange
{
    /// <summary>What became of it.</summary>
    [Id(0)] public JobOutcome Outcome { get; init; }

    /// <summary>Everything that is wrong.</summary>
    [Id(1)] public ValueList<SpecProblem> Problems { get; init; }

    /// <summary>Parents that are not there; for <see cref="JobOutcome.Followed"/> who follows.</summary>
    [Id(2)] public ValueList<string> Others { get; init; }

    /// <summary>The definition that stands, or stood.</summary>
    [Id(3)] public JobSpec? Spec { get; init; }

    /// <summary>There was no such job before.</summary>
    [Id(4)] public bool Added { get; init; }
}
