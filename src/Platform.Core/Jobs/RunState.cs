using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>One run of a job, as it is recorded.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RunState")]
public sealed record RunState
{
    /// <summary>Made from the job and the instant, see <see cref="RunIds"/>.</summary>
    [Id(0)] public required string RunId { get; init; }

    /// <summary>Counted from 1 for each job.</summary>
    [Id(1)] public long Number { get; init; }

    /// <summary>When it was due; null: it was not due by time.</summary>
    [Id(2)] public DateTimeOffset? Nominal { get; init; }

    /// <summary>When it was made.</summary>
    [Id(3)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>It starts no earlier.</summary>
    [Id(4)] public DateTimeOffset NotBefore { get; init; }

    /// <summary>What made it.</summary>
    [Id(5)] public RunTrigger Trigger { get; init; }

    /// <summary>How far it is.</summary>
    [Id(6)] public RunPhase Phase { get; init; }

    /// <summary>When its first task began to run.</summary>
    [Id(7)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Id(8)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended as it did; null: nothing to say.</summary>
    [Id(9)] public string? Message { get; init; }

    /// <summary>Arguments added to the command for this run.</summary>
    [Id(10)] public ValueList<string> Arguments { get; init; }

    /// <summary>Environment of this run, over that of the job.</summary>
    [Id(11)] public ValueMap<string> Environment { get; init; }

    /// <summary>The job's definition when the run was made.</summary>
    [Id(12)] public required JobSpec Spec { get; init; }

    /// <summary>How many indices have begun.</summary>
    [Id(13)] public int Begun { get; init; }

    /// <summary>How many indices have succeeded.</summary>
    [Id(14)] public int Succeeded { get; init; }

    /// <summary>How many indices have failed for good.</summary>
    [Id(15)] public int Failed { get; init; }

    /// <summary>Set once it shall end early: the message of its end.</summary>
    [Id(16)] public string? Stopping { get; init; }

    /// <summary>It ends as failed and not as stopped when it ends early.</summary>
    [Id(17)] public bool StopsAsFailed { get; init; }

    /// <summary>It did not start in time, which was told.</summary>
    [Id(18)] public bool Late { get; init; }

    /// <summary>What its tasks have written for those that follow, see <see cref="RunOutput"/>.</summary>
    [Id(19)] public ValueMap<string> Output { get; init; }

    /// <summary>The runs of its parents that brought it about.</summary>
    [Id(20)] public ValueList<RunRef> Causes { get; init; }

    /// <summary>Earlier runs of the job in whose place it was run again, oldest first.</summary>
    [Id(21)] public ValueList<string> Replaces { get; init; }

    /// <summary>The number of its backfill; null: it is of none.</summary>
    [Id(22)] public int? Backfill { get; init; }

    /// <summary>What who sent it calls it; null: nothing.</summary>
    [Id(23)] public string? Key { get; init; }

    /// <summary>How often its gang has begun.</summary>
    [Id(24)] public int Gangs { get; init; }

    /// <summary>How often its gang has failed.</summary>
    [Id(25)] public int GangFailures { get; init; }

    /// <summary>A task of its gang has ended without success: the others end, too.</summary>
    [Id(26)] public bool GangBroken { get; init; }

    /// <summary>Its gang begins anew no earlier.</summary>
    [Id(27)] public DateTimeOffset GangNotBefore { get; init; }

    /// <summary>The jobs that have led to it, see <see cref="RunChain"/>.</summary>
    [Id(28)] public ValueList<string> Chain { get; init; }

    /// <summary>The only agent where it can run, since the file that it is for is there; null: any.</summary>
    [Id(29)] public string? AgentId { get; init; }

    /// <summary>The <see cref="JobState.ImageVersion"/> of the job when it was made.</summary>
    [Id(30)] public long ImageVersion { get; init; }

    /// <summary>How many tasks it has.</summary>
    public int Count => Spec.Array?.Count ?? 1;

    /// <summary>It has ended.</summary>
    public bool Ended => Phase is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Stopped;
}
