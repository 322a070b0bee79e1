using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>A task that is on an agent already, or anything else that holds its resources: an offer, a framework's executor.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PoolTask")]
public sealed record PoolTask
{
    /// <summary>Unique in the pool.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Where it is.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(2)] public required string Owner { get; init; }

    /// <summary>The demand it came from; empty when there was none.</summary>
    [Id(3)] public string DemandId { get; init; } = "";

    /// <summary>The role that pays. Default <c>*</c>.</summary>
    [Id(4)] public string Role { get; init; } = "*";

    /// <summary>0 to 100. Default 50.</summary>
    [Id(5)] public int Priority { get; init; } = 50;

    /// <summary>When it started; the youngest is preempted first.</summary>
    [Id(6)] public DateTimeOffset Started { get; init; }

    /// <summary>What it holds.</summary>
    [Id(7)] public ScalarAmounts Scalars { get; init; } = ScalarAmounts.None;

    /// <summary>The ports it holds.</summary>
    [Id(8)] public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary>The part of <see cref="Scalars"/> that comes from reservations; the rest is unreserved.</summary>
    [Id(9)] public ImmutableArray<ReservedAmounts> FromReserved { get; init; } = [];

    /// <summary>Whether it runs on slack.</summary>
    [Id(10)] public bool Revocable { get; init; }

    /// <summary>Whether it may be preempted at all; an offer may not. Default true.</summary>
    [Id(11)] public bool Preemptible { get; init; } = true;

    /// <summary>The time it has to end when it is preempted. Default 3 s.</summary>
    [Id(12)] public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What it holds of disks besides that of the work directory.</summary>
    [Id(13)] public ImmutableArray<DiskPart> Disks { get; init; } = [];

    /// <summary>The taints it tolerates.</summary>
    [Id(14)] public ImmutableArray<Toleration> Tolerations { get; init; } = [];

    /// <summary>The graphics devices that it uses, by their index on the agent; empty when that is not known. Default empty.</summary>
    [Id(15)] public ImmutableArray<int> Gpus { get; init; } = [];
}
