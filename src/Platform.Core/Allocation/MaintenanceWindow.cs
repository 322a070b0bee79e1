namespace Platform.Core.Allocation;

/// <summary>When a machine will be away.</summary>
/// <param name="Start">From when.</param>
/// <param name="Duration">For how long; null for ever.</param>
[GenerateSerializer, Immutable, Alias("Platform.MaintenanceWindow")]
public sealed record MaintenanceWindow([property: Id(0)] DateTimeOffset Start, [property: Id(1)] TimeSpan? Duration = null);
