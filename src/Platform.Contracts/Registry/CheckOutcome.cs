using Platform.Core.Registry;

namespace Platform.Contracts.Registry;

/// <summary>What one look at an instance found.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Address">Where it was looked at: an outcome for another address or check than the present one is nothing.</param>
/// <param name="Check">How.</param>
/// <param name="Problem">What was wrong; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("Platform.CheckOutcome")]
public sealed record CheckOutcome([property: Id(0)] string Id, [property: Id(1)] string Address, [property: Id(2)] InstanceCheck Check, [property: Id(3)] string? Problem);
