using Platform.Core;

namespace Platform.Contracts.Allocation;

/// <summary>What is promised to a role and what it may not exceed.</summary>
[GenerateSerializer, Immutable]
public sealed record RoleQuota
{
    /// <summary>The role.</summary>
    [Id(0)] public required string Role { get; init; }

    /// <summary>Held back for the role until it uses it; null: nothing is promised.</summary>
    [Id(1)] public ResourceQuantities? Guarantee { get; init; }

    /// <summary>The role and its descendants never hold more; null: no limit. Both null: the quota is removed.</summary>
    [Id(2)] public ResourceLimits? Limit { get; init; }
}
