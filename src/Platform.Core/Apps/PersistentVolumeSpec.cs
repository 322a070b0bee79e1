using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A volume that outlives the instance's tasks.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PersistentVolumeSpec")]
public sealed record PersistentVolumeSpec
{
    /// <summary>root, path or mount. Default root.</summary>
    [Id(0)] public string Type { get; init; } = "root";

    /// <summary>MB.</summary>
    [Id(1)] public double Size { get; init; }

    /// <summary>The most of a mount disk, MB; null: any.</summary>
    [Id(2)] public double? MaxSize { get; init; }

    /// <summary>The storage profile, or null.</summary>
    [Id(3)] public string? ProfileName { get; init; }

    /// <summary>Constraints on the disk's path.</summary>
    [Id(4)] public ValueList<ConstraintSpec> Constraints { get; init; }
}
