using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>A volume that a driver on the agent provides, wherever its content is.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ExternalVolume")]
public sealed record ExternalVolume
{
    /// <summary>The name of the volume.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>The name of the driver.</summary>
    [Id(1)] public required string Driver { get; init; }

    /// <summary>What the driver is told when the volume has to be made.</summary>
    [Id(2)] public ValueMap<string> Options { get; init; }
}
