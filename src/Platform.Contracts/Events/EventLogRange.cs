namespace Platform.Contracts.Events;

/// <summary>The sequence numbers that a log keeps.</summary>
/// <param name="First">The oldest event that is kept; greater than <paramref name="Last"/> if there is none.</param>
/// <param name="Last">The newest event; 0 if there was none.</param>
[GenerateSerializer, Immutable, Alias("Platform.EventLogRange")]
public sealed record EventLogRange([property: Id(0)] long First, [property: Id(1)] long Last);
