using Platform.Core.Frameworks;

namespace Platform.Contracts.Frameworks;

/// <summary>What became of an operation on reservations or volumes that the framework gave an id.</summary>
[GenerateSerializer, Immutable, Alias("Platform.OperationOutcome")]
public sealed record OperationOutcome
{
    /// <summary>The framework's id of it.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>The agent; null: not known.</summary>
    [Id(1)] public string? AgentId { get; init; }

    /// <summary>Why it is as it is, for people; null: there is nothing to say.</summary>
    [Id(2)] public string? Message { get; init; }

    // 3 was whether it had been tried.

    /// <summary>What became of it.</summary>
    [Id(4)] public required OperationResult Result { get; init; }

    /// <summary>What it is acknowledged by, and repeated until then; null: it is told once.</summary>
    [Id(5)] public string? UpdateId { get; init; }

    /// <summary>The resource provider that the framework asked about; null: none.</summary>
    [Id(6)] public string? ProviderId { get; init; }
}
