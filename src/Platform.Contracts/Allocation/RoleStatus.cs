using Platform.Core;

namespace Platform.Contracts.Allocation;

/// <summary>One role's share.</summary>
[GenerateSerializer, Immutable]
public sealed record RoleStatus
{
    /// <summary>The role's name, such as <c>eng/web</c>.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Its weight among its siblings. Default 1.</summary>
    [Id(1)] public double Weight { get; init; } = 1;

    /// <summary>What is promised to it; null: nothing.</summary>
    [Id(2)] public ResourceQuantities? Guarantee { get; init; }

    /// <summary>What it may not exceed; null: no limit.</summary>
    [Id(3)] public ResourceLimits? Limit { get; init; }

    /// <summary>What its tasks and those of its descendants hold.</summary>
    [Id(4)] public required ResourceQuantities Allocated { get; init; }

    /// <summary>Its tasks that wait for a place.</summary>
    [Id(5)] public int Waiting { get; init; }
}
