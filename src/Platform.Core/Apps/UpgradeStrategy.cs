namespace Platform.Core.Apps;

/// <summary>How many instances may be missing or extra while an app is updated.</summary>
[GenerateSerializer, Immutable, Alias("Platform.UpgradeStrategy")]
public sealed record UpgradeStrategy
{
    /// <summary>The share of instances that must stay healthy, 0 to 1. Default 1.</summary>
    [Id(0)] public double MinimumHealthCapacity { get; init; } = 1;

    /// <summary>The share of instances that may run above the target, 0 to 1. Default 1.</summary>
    [Id(1)] public double MaximumOverCapacity { get; init; } = 1;
}
