using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Jobs;

/// <summary>One attempt at one index of a run.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RunTask")]
public sealed record RunTask : IOwnedTask<RunTask>
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>The run.</summary>
    [Id(1)] public required string RunId { get; init; }

    /// <summary>Its index; the first of the array.</summary>
    [Id(2)] public int Index { get; init; }

    /// <summary>Counted from 0 for each index.</summary>
    [Id(3)] public int Attempt { get; init; }

    /// <summary>Earlier attempts that count as failures.</summary>
    [Id(4)] public int Failures { get; init; }

    /// <summary>It is not started earlier.</summary>
    [Id(5)] public DateTimeOffset NotBefore { get; init; }

    /// <summary>When it was made.</summary>
    [Id(6)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its agent; null: it has no place yet.</summary>
    [Id(7)] public string? AgentId { get; init; }

    /// <summary>The agent's hostname.</summary>
    [Id(8)] public string? Host { get; init; }

    /// <summary>Its state.</summary>
    [Id(9)] public TaskState State { get; init; }

    /// <summary>When it began to run.</summary>
    [Id(10)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Id(11)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What was reported last.</summary>
    [Id(12)] public TaskUpdate? LastStatus { get; init; }

    /// <summary>Why it shall end; null: it shall not.</summary>
    [Id(13)] public string? KillReason { get; init; }

    /// <summary>Since when its agent is out of reach; null: it is not.</summary>
    [Id(14)] public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Graphics devices.</summary>
    [Id(15)] public ValueList<int> Gpus { get; init; }

    /// <summary>It leaves for no fault of its own and is started elsewhere.</summary>
    [Id(16)] public bool Moves { get; init; }

    /// <summary>The ports that it got on its agent.</summary>
    [Id(17)] public ValueList<int> Ports { get; init; }

    /// <summary>How many elements it has told to have worked through (Chronos' progress).</summary>
    [Id(18)] public long Elements { get; init; }

    /// <summary>It has ended.</summary>
    public bool Ended => State.IsTerminal();

    /// <summary>It shall end and has not.</summary>
    public bool Doomed => KillReason is not null && !Ended;

    string IOwnedTask<RunTask>.Key => TaskId;

    string IOwnedTask<RunTask>.PlaceId => TaskId;

    string IOwnedTask<RunTask>.AgentId => AgentId ?? "";

    IEnumerable<string> IOwnedTask<RunTask>.TaskIds => [TaskId];

    IEnumerable<string> IOwnedTask<RunTask>.LiveTaskIds => Ended ? [] : [TaskId];

    bool IOwnedTask<RunTask>.Parked => false;

    string? IOwnedTask<RunTask>.EvictReason => Moves ? KillReason : null;

    ValueList<string> IOwnedTask<RunTask>.Volumes => default;

    ValueList<PersistentVolume> IOwnedTask<RunTask>.PlacedVolumes => default;

    // A run has no reason to wait: what has to leave ends at once, and is started elsewhere.
    RunTask IOwnedTask<RunTask>.WithEvictReason(string? reason, DateTimeOffset? deadline) => reason is null || KillReason is not null ? this : this with { KillReason = reason, Moves = true };
}
