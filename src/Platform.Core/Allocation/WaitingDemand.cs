using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>A demand that waits, and why.</summary>
/// <param name="Demand">The demand; its count is what still waits.</param>
/// <param name="Since">Since when.</param>
/// <param name="Explanation">Why; null while it was not tried yet.</param>
[GenerateSerializer, Immutable, Alias("Platform.WaitingDemand")]
public sealed record WaitingDemand(
    [property: Id(0)] Demand Demand,
    [property: Id(1)] DateTimeOffset Since,
    [property: Id(2)] PendingExplanation? Explanation);
