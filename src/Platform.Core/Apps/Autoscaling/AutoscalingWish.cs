namespace Platform.Core.Apps;

/// <summary>A number of instances that the measurements of one instant asked for.</summary>
/// <param name="At">The instant.</param>
/// <param name="Instances">The number, before any window.</param>
[GenerateSerializer, Immutable, Alias("Platform.AutoscalingWish")]
public sealed record AutoscalingWish([property: Id(0)] DateTimeOffset At, [property: Id(1)] int Instances);
