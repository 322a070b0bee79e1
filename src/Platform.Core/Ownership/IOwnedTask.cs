using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Ownership;

/// <summary>What the record of an owner's task must tell so that it can be placed, launched, killed and reconciled, whoever the owner is.</summary>
/// <remarks>A record holds one place at the allocator and has one task there, or a group of tasks (the instance of a pod).</remarks>
/// <typeparam name="TSelf">The record itself: immutable, and replaced by each change.</typeparam>
public interface IOwnedTask<TSelf>
    where TSelf : class, IOwnedTask<TSelf>
{
    /// <summary>What it is stored under. It stays when the record gets another task.</summary>
    string Key { get; }

    /// <summary>The id of its place at the allocator: that of its task, or of its group of tasks.</summary>
    string PlaceId { get; }

    /// <summary>The agent.</summary>
    string AgentId { get; }

    /// <summary>The ids of all its tasks.</summary>
    IEnumerable<string> TaskIds { get; }

    /// <summary>The ids of those that have not ended.</summary>
    IEnumerable<string> LiveTaskIds { get; }

    /// <summary>What it does.</summary>
    TaskState State { get; }

    /// <summary>It shall end.</summary>
    bool Doomed { get; }

    /// <summary>It has no task now and is kept for the next one.</summary>
    bool Parked { get; }

    /// <summary>Why it must leave its agent as soon as its owner can bear it; null: it may stay. One of <see cref="EvictReasons"/>, or a text.</summary>
    string? EvictReason { get; }

    /// <summary>The last status that the agent sent; null: none yet.</summary>
    TaskUpdate? LastStatus { get; }

    /// <summary>The ids of its persistent volumes on the agent.</summary>
    ValueList<string> Volumes { get; }

    /// <summary>Its persistent volumes as the allocator placed them.</summary>
    ValueList<PersistentVolume> PlacedVolumes { get; }

    /// <summary>When it has to leave at the latest; null: no such time.</summary>
    DateTimeOffset? LeavesBy => null;

    /// <summary>The record with another reason to leave.</summary>
    /// <param name="reason">The reason; null: it may stay.</param>
    /// <param name="deadline">When it has to leave at the latest; null: no such time. Those that leave at once need not keep it.</param>
    TSelf WithEvictReason(string? reason, DateTimeOffset? deadline);
}
