using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>What a job's grain records besides its runs.</summary>
[GenerateSerializer, Alias("Platform.JobState")]
public sealed class JobState
{
    /// <summary>The definition; null: there is no such job.</summary>
    [Id(0)] public JobSpec? Spec { get; set; }

    /// <summary>The number of the definition, which grows with each change.</summary>
    [Id(1)] public long Version { get; set; }

    /// <summary>Jobs that follow this one.</summary>
    [Id(2)] public ValueList<string> Children { get; set; }

    /// <summary>Every due time up to this instant is decided.</summary>
    [Id(3)] public DateTimeOffset Cursor { get; set; }

    /// <summary>When the definition with this schedule was made: the start of an interval that names none.</summary>
    [Id(4)] public DateTimeOffset ScheduledAt { get; set; }

    /// <summary>Why it is paused; null: it is not.</summary>
    [Id(5)] public string? Paused { get; set; }

    /// <summary>How often each parent has ended in the way that counts.</summary>
    [Id(6)] public ValueMap<long> Edges { get; set; }

    /// <summary>Runs made so far.</summary>
    [Id(7)] public long Runs { get; set; }

    /// <summary>Runs that succeeded.</summary>
    [Id(8)] public long Successes { get; set; }

    /// <summary>Runs that failed.</summary>
    [Id(9)] public long Failures { get; set; }

    /// <summary>Failures since the last success.</summary>
    [Id(10)] public long FailuresInRow { get; set; }

    /// <summary>When a run succeeded last.</summary>
    [Id(11)] public DateTimeOffset? LastSuccess { get; set; }

    /// <summary>When a run failed last.</summary>
    [Id(12)] public DateTimeOffset? LastFailure { get; set; }

    /// <summary>Due times that were left out because a run was there, or because they were too late.</summary>
    [Id(13)] public long Skipped { get; set; }

    /// <summary>Ends that jobs which follow have not confirmed, oldest first.</summary>
    [Id(14)] public ValueList<ParentEnd> Untold { get; set; }

    /// <summary>The number of the last end of each parent that was counted, so that none counts twice.</summary>
    [Id(15)] public ValueMap<long> Heard { get; set; }

    /// <summary>How many ends were told to jobs that follow.</summary>
    [Id(17)] public long Ends { get; set; }

    /// <summary>It shall go as soon as nothing of it runs.</summary>
    [Id(16)] public bool Removed { get; set; }

    /// <summary>The term of the activation that wrote last.</summary>
    [Id(18)] public long OwnerTerm { get; set; }

    /// <summary>How many notices were made.</summary>
    [Id(19)] public long Notices { get; set; }

    /// <summary>The run of each parent that ended last.</summary>
    [Id(20)] public ValueMap<ParentRun> ParentRuns { get; set; }

    /// <summary>Backfills that go on, and the last ones that have ended, oldest first.</summary>
    [Id(21)] public ValueList<BackfillState> Backfills { get; set; }

    /// <summary>How many backfills there were.</summary>
    [Id(22)] public int BackfillCount { get; set; }

    /// <summary>The place in the log of the last event that was heard of.</summary>
    [Id(23)] public long LastEvent { get; set; }

    /// <summary>When the runs that events have made would be used up at the rate that is allowed: a minute ahead at most.</summary>
    [Id(24)] public DateTimeOffset Paced { get; set; }

    /// <summary>An event was left out because there were too many, which was told.</summary>
    [Id(25)] public bool IsTooOften { get; set; }

    /// <summary>The number of the last file of each agent that a run was made for.</summary>
    [Id(26)] public ValueMap<long> Files { get; set; }

    /// <summary>The version with which the definition itself changed last, and not only who follows it: since then its runs run the same image.</summary>
    [Id(27)] public long ImageVersion { get; set; }

    /// <summary>The digests of images by that; see <see cref="Apps.ImagePins"/>.</summary>
    [Id(28)] public ValueMap<string> ImagePins { get; set; }
}

/// <summary>The end of a run, told to a job that follows.</summary>
/// <param name="Child">Who is told.</param>
/// <param name="Number">Counted from 1 over all ends that the parent tells.</param>
/// <param name="RunId">The run that ended.</param>
/// <param name="Succeeded">It succeeded, or its failure counts as success.</param>
[GenerateSerializer, Immutable, Alias("Platform.ParentEnd")]
public sealed record ParentEnd([property: Id(0)] string Child, [property: Id(1)] long Number, [property: Id(2)] string RunId, [property: Id(3)] bool Succeeded)
{
    /// <summary>What it has written for those that follow.</summary>
    [Id(4)] public ValueMap<string> Output { get; init; }

    /// <summary>Earlier runs in whose place it was run again.</summary>
    [Id(5)] public ValueList<string> Replaces { get; init; }

    /// <summary>The jobs that have led to it, see <see cref="RunChain"/>.</summary>
    [Id(6)] public ValueList<string> Chain { get; init; }
}

/// <summary>What a job knows of the last run of a parent.</summary>
/// <param name="RunId">The run; empty: a success that was set by hand.</param>
/// <param name="Output">What it has written for those that follow.</param>
[GenerateSerializer, Immutable, Alias("Platform.ParentRun")]
public sealed record ParentRun([property: Id(0)] string RunId, [property: Id(1)] ValueMap<string> Output)
{
    /// <summary>The jobs that have led to it, see <see cref="RunChain"/>.</summary>
    [Id(2)] public ValueList<string> Chain { get; init; }
}
