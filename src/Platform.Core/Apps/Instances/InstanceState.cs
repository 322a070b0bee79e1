using System.Text.Json.Serialization;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>One instance of an app or pod as its grain records it: placed on an agent, or (resident apps) parked there without a task.</summary>
/// <remarks>
/// An instance holds one place. That of an app has one task, whose id is also that of the place. That of a pod has a task for each of its
/// <see cref="Containers"/>, the group of which has the place's id, and the rest of the record is what they are together.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Platform.InstanceState")]
public sealed record InstanceState : IOwnedTask<InstanceState>
{
    /// <summary>The instance, such as <c>shop_web.instance-UUID</c>.</summary>
    [Id(0)] public required string InstanceId { get; init; }

    /// <summary>Its place and current or last task, such as <c>shop_web.instance-UUID._app.1</c>; for a pod its place and task group, <c>..._pod.1</c>.</summary>
    [Id(1)] public required string TaskId { get; init; }

    /// <summary>The version of the definition that the task was made from.</summary>
    [Id(2)] public required string Version { get; init; }

    /// <summary>The version of the last change of configuration in that definition; instances with the target's need no restart.</summary>
    [Id(3)] public required string ConfigVersion { get; init; }

    /// <summary>The agent.</summary>
    [Id(4)] public required string AgentId { get; init; }

    /// <summary>The agent's host name.</summary>
    [Id(5)] public required string Host { get; init; }

    /// <summary>The agent's region, or null.</summary>
    [Id(6)] public string? Region { get; init; }

    /// <summary>The agent's zone, or null.</summary>
    [Id(7)] public string? Zone { get; init; }

    /// <summary>The agent's attributes that a GROUP_BY constraint of the definition names.</summary>
    [Id(8)] public ValueMap<string> Attributes { get; init; }

    /// <summary>The role that it is charged to.</summary>
    [Id(9)] public string Role { get; init; } = "*";

    /// <summary>What its task does.</summary>
    [Id(10)] public TaskState State { get; init; }

    /// <summary>What shall become of it.</summary>
    [Id(11)] public InstanceGoal Goal { get; init; }

    /// <summary>Why it has to end; null while it shall run.</summary>
    [Id(12)] public string? KillReason { get; init; }

    /// <summary>Why its place must be given up as soon as the disruption budget allows (drain, preemption); null: it may stay.</summary>
    [Id(13)] public string? EvictReason { get; init; }

    /// <summary>When it leaves whatever becomes of the app (the deadline of a drain); null: no such time.</summary>
    [Id(42)] public DateTimeOffset? LeavesBy { get; init; }

    /// <summary>When its place was found.</summary>
    [Id(14)] public DateTimeOffset StagedAt { get; init; }

    /// <summary>When its task was first seen running; null: not yet.</summary>
    [Id(15)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its agent became unreachable; null: it is not.</summary>
    [Id(16)] public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Its definition has health checks.</summary>
    [Id(17)] public bool HasHealthChecks { get; init; }

    /// <summary>Its definition has readiness checks.</summary>
    [Id(18)] public bool HasReadinessChecks { get; init; }

    /// <summary>Healthy by its checks; null: not known.</summary>
    [Id(19)] public bool? Healthy { get; init; }

    /// <summary>It was ready once.</summary>
    [Id(20)] public bool Ready { get; init; }

    /// <summary>Host ports in the order of their definition; 0 where there is none.</summary>
    [Id(21)] public ValueList<int> Ports { get; init; }

    /// <summary>Ids of its persistent volumes on the agent.</summary>
    [Id(22)] public ValueList<string> Volumes { get; init; }

    /// <summary>The last status that the agent sent; null: none yet.</summary>
    [Id(23)] public TaskUpdate? LastStatus { get; init; }

    /// <summary>The epoch of the agent's session that the launch was sent on; 0: not known.</summary>
    [Id(24)] public long LaunchEpoch { get; init; }

    /// <summary>Its persistent volumes as the allocator placed them.</summary>
    [Id(40)] public ValueList<PersistentVolume> PlacedVolumes { get; init; }

    /// <summary>The graphics devices of its task, by their index on the agent.</summary>
    [Id(41)] public ValueList<int> Gpus { get; init; }

    /// <summary>A pod's containers in the order of their definition; empty for an app.</summary>
    [Id(26)] public ValueList<PodContainerState> Containers { get; init; }

    /// <summary>The end of a container that ended the whole instance; null: none did.</summary>
    [Id(27)] public TaskUpdate? EndedBy { get; init; }

    /// <summary>When its state or health last changed. Pods only.</summary>
    [Id(28)] public DateTimeOffset Since { get; init; }

    /// <summary>It is the instance of a pod.</summary>
    [JsonIgnore]
    public bool IsPod => !Containers.IsEmpty;

    /// <summary>The tasks that have not ended; that of an app whether or not it has.</summary>
    [JsonIgnore]
    public IEnumerable<string> LiveTaskIds => IsPod ? Containers.Where(container => container.IsLive).Select(container => container.TaskId) : [TaskId];

    /// <summary>It has been asked to end.</summary>
    [JsonIgnore]
    public bool Doomed => Goal != InstanceGoal.Running;

    /// <summary>It has no task now: its volumes wait on the agent for the next one.</summary>
    [JsonIgnore]
    public bool Parked => State.IsTerminal();

    /// <summary>It runs on an agent that is in reach, and its health checks, if any, say so.</summary>
    [JsonIgnore]
    public bool IsHealthy => State == TaskState.Running && (!HasHealthChecks || Healthy == true);

    /// <summary>It is healthy and, if it has a readiness check, was ready once: a rollout counts it.</summary>
    [JsonIgnore]
    public bool Counts => IsHealthy && (!HasReadinessChecks || Ready);

    string IOwnedTask<InstanceState>.Key => InstanceId;

    string IOwnedTask<InstanceState>.PlaceId => TaskId;

    IEnumerable<string> IOwnedTask<InstanceState>.TaskIds => IsPod ? Containers.Select(container => container.TaskId) : [TaskId];

    InstanceState IOwnedTask<InstanceState>.WithEvictReason(string? reason, DateTimeOffset? deadline) =>
        this with { EvictReason = reason, LeavesBy = reason is null ? null : deadline };

    /// <summary>True if its agent has been out of reach so long that a replacement is due.</summary>
    public bool IsInactive(UnreachableStrategy? strategy, DateTimeOffset now) =>
        State == TaskState.Unreachable && strategy is not null
        && now >= (UnreachableSince ?? now).AddSeconds(strategy.InactiveAfterSeconds);

    /// <summary>True if its agent has been out of reach so long that it is given up.</summary>
    public bool IsExpired(UnreachableStrategy? strategy, DateTimeOffset now) =>
        IsInactive(strategy, now) && now >= UnreachableSince!.Value.AddSeconds(strategy!.ExpungeAfterSeconds);
}
