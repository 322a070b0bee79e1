namespace Platform.Core.Frameworks;

/// <summary>An operation on reservations or volumes that was done and has an id, as it is stored until its framework has acknowledged the outcome.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkOperationState")]
public sealed record FrameworkOperationState
{
    /// <summary>The framework's name for it, unique among those that it has not acknowledged.</summary>
    [Id(0)] public required string OperationId { get; init; }

    /// <summary>Where it was done.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>What the outcome is acknowledged by.</summary>
    [Id(2)] public required string UpdateId { get; init; }

    /// <summary>The operation in the words of the framework's protocol (Mesos' Offer.Operation in protobuf).</summary>
    [Id(3)] public byte[] Definition { get; init; } = [];

    /// <summary>When it was done.</summary>
    [Id(4)] public DateTimeOffset DoneAt { get; init; }
}
