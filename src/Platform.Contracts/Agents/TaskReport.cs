using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>A task that an agent has, as it reports it at the start of a session.</summary>
[GenerateSerializer, Immutable]
public sealed record TaskReport
{
    /// <summary>Its state with the latest facts.</summary>
    [Id(0)] public required TaskUpdate Status { get; init; }

    /// <summary>What it holds.</summary>
    [Id(1)] public required Resources Resources { get; init; }

    /// <summary>The role that it is charged to.</summary>
    [Id(2)] public string Role { get; init; } = "*";

    /// <summary>0 to 100.</summary>
    [Id(3)] public int Priority { get; init; }

    /// <summary>When it started.</summary>
    [Id(4)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>The version of the owner's definition that it was made from.</summary>
    [Id(5)] public string? Version { get; init; }
}
