namespace Platform.Core.Apps;

/// <summary>A volume of an app: of exactly one kind.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppVolume")]
public sealed record AppVolume
{
    /// <summary>Where the task sees it.</summary>
    [Id(0)] public string ContainerPath { get; init; } = "";

    /// <summary>RO or RW; null for kinds that have no mode.</summary>
    [Id(1)] public string? Mode { get; init; }

    /// <summary>A path on the agent.</summary>
    [Id(2)] public string? HostPath { get; init; }

    /// <summary>A persistent volume.</summary>
    [Id(3)] public PersistentVolumeSpec? Persistent { get; init; }

    /// <summary>An external volume as given (a JSON object), kept and echoed.</summary>
    [Id(4)] public string? ExternalJson { get; init; }

    /// <summary>The name of the app's secret to write as a file.</summary>
    [Id(5)] public string? Secret { get; init; }
}
