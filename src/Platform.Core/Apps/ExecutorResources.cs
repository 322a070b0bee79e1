namespace Platform.Core.Apps;

/// <summary>Resources of an executor.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ExecutorResources")]
public sealed record ExecutorResources
{
    /// <summary>Cpus.</summary>
    [Id(0)] public double Cpus { get; init; }

    /// <summary>Memory, MB.</summary>
    [Id(1)] public double Mem { get; init; }

    /// <summary>Disk, MB.</summary>
    [Id(2)] public double Disk { get; init; }
}
