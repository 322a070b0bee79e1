using Platform.Core.Collections;

namespace Platform.Contracts.Security;

/// <summary>An agent asks for a token of one of its tasks.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskTokenRequest")]
public sealed record TaskTokenRequest
{
    /// <summary>What the answer carries, of the agent's choice.</summary>
    [Id(0)] public required string RequestId { get; init; }

    /// <summary>The task.</summary>
    [Id(1)] public required string TaskId { get; init; }

    /// <summary>Its owner, as its definition has it; a task that this owner does not have on this agent gets no token.</summary>
    [Id(2)] public required string Owner { get; init; }

    /// <summary>Who shall take the token; empty: the cluster.</summary>
    [Id(3)] public ValueList<string> Audience { get; init; }

    /// <summary>How long it shall count, seconds; 10 to 86400.</summary>
    [Id(4)] public double LifetimeSeconds { get; init; }
}
