namespace Platform.Contracts.Frameworks;

/// <summary>What became of an operation on reservations or volumes that the framework gave an id.</summary>
/// <param name="OperationId">The framework's id of it.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="Error">Why it was not done; null: it was.</param>
/// <param name="IsDropped">It was never tried, since the offers were not valid.</param>
[GenerateSerializer, Immutable, Alias("Platform.OperationOutcome")]
public sealed record OperationOutcome(
    [property: Id(0)] string OperationId,
    [property: Id(1)] string? AgentId,
    [property: Id(2)] string? Error,
    [property: Id(3)] bool IsDropped);
