using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>The number of instances follows measured load.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AutoscalingSpec")]
public sealed record AutoscalingSpec
{
    /// <summary>At least so many. Default 1; 0 allows scaling to zero.</summary>
    [Id(0)] public int Min { get; init; } = 1;

    /// <summary>At most so many.</summary>
    [Id(1)] public int Max { get; init; } = 1;

    /// <summary>Targets; the one that wants most instances counts.</summary>
    [Id(2)] public ValueList<AutoscalingTarget> Targets { get; init; }

    /// <summary>The highest wish of this window counts before scaling down. Seconds, default 300 (Kubernetes).</summary>
    [Id(3)] public double ScaleDownWindowSeconds { get; init; } = 300;

    /// <summary>The lowest wish of this window counts before scaling up. Seconds, default 0 (Kubernetes).</summary>
    [Id(4)] public double ScaleUpWindowSeconds { get; init; }
}
