namespace Platform.Core.Apps;

/// <summary>Limits above an app's requests. Null: none given; negative: unlimited.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppResourceLimits")]
public sealed record AppResourceLimits
{
    /// <summary>Cpus; negative: unlimited.</summary>
    [Id(0)] public double? Cpus { get; init; }

    /// <summary>Memory in MB; negative: unlimited.</summary>
    [Id(1)] public double? Mem { get; init; }
}
