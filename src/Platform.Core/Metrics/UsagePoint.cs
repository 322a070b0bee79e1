namespace Platform.Core.Metrics;

/// <summary>What a task used over a while.</summary>
/// <param name="At">When the while began.</param>
/// <param name="Cpus">Cpus, on average.</param>
/// <param name="MemoryBytes">Resident memory at its most, bytes.</param>
[GenerateSerializer, Immutable, Alias("Platform.UsagePoint")]
public readonly record struct UsagePoint([property: Id(0)] DateTimeOffset At, [property: Id(1)] double Cpus, [property: Id(2)] long MemoryBytes);
