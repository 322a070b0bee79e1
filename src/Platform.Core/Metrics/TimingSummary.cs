namespace Platform.Core.Metrics;

/// <summary>How long something took, over the times that <see cref="TimingWindow"/> holds. Milliseconds.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TimingSummary")]
public sealed record TimingSummary
{
    /// <summary>How many times.</summary>
    [Id(0)] public int Count { get; init; }

    /// <summary>The latest.</summary>
    [Id(1)] public double Last { get; init; }

    /// <summary>The shortest.</summary>
    [Id(2)] public double Min { get; init; }

    /// <summary>The longest.</summary>
    [Id(3)] public double Max { get; init; }

    /// <summary>Half of them took no longer.</summary>
    [Id(4)] public double P50 { get; init; }

    /// <summary>90 % of them took no longer.</summary>
    [Id(5)] public double P90 { get; init; }

    /// <summary>95 %.</summary>
    [Id(6)] public double P95 { get; init; }

    /// <summary>99 %.</summary>
    [Id(7)] public double P99 { get; init; }

    /// <summary>99.9 %.</summary>
    [Id(8)] public double P999 { get; init; }

    /// <summary>99.99 %.</summary>
    [Id(9)] public double P9999 { get; init; }
}
