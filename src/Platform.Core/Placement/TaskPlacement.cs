using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>One task put on one agent, with all that its launch needs to know.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskPlacement")]
public sealed record TaskPlacement
{
    /// <summary>The id from the demand's list, or <c>{DemandId}#{index}</c>.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>The demand it serves.</summary>
    [Id(1)] public required string DemandId { get; init; }

    /// <summary>Its place in the demand's list, counted from 0.</summary>
    [Id(2)] public int Index { get; init; }

    /// <summary>The agent.</summary>
    [Id(3)] public required string AgentId { get; init; }

    /// <summary>The agent's hostname.</summary>
    [Id(4)] public required string Hostname { get; init; }

    /// <summary>The agent's region.</summary>
    [Id(5)] public string? Region { get; init; }

    /// <summary>The agent's zone.</summary>
    [Id(6)] public string? Zone { get; init; }

    /// <summary>The agent's attributes as text.</summary>
    [Id(7)] public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The ports of the task: the static ones in the order of the shape, then the dynamic ones.</summary>
    [Id(8)] public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary>The part of the shape that was taken from reservations; the rest is unreserved (or slack).</summary>
    [Id(9)] public ImmutableArray<ReservedAmounts> FromReserved { get; init; } = [];

    /// <summary>What it got of disks besides that of the work directory, in the order of the shape's path and mount volumes.</summary>
    [Id(10)] public ImmutableArray<DiskPart> Disks { get; init; } = [];

    /// <summary>Tasks that are leaving the agent and whose room this one gets. Empty: launch at once. Otherwise launch it when <see cref="PlacementPool.Release"/> tells so.</summary>
    [Id(11)] public ImmutableArray<string> Awaits { get; init; } = [];

    /// <summary>The graphics devices of the task, by their index on the agent. Default none.</summary>
    [Id(12)] public ImmutableArray<int> Gpus { get; init; } = [];

    /// <summary>The new persistent volumes, in the order of the shape. They are held on their own until the allocator is told that they were destroyed.</summary>
    [Id(13)] public ImmutableArray<PersistentVolume> Volumes { get; init; } = [];
}
