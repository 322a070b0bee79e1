using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A network of an app.</summary>
[GenerateSerializer, Immutable, Alias("Platform.NetworkSpec")]
public sealed record NetworkSpec
{
    /// <summary>The mode.</summary>
    [Id(0)] public NetworkMode Mode { get; init; }

    /// <summary>The name of a container network, or null.</summary>
    [Id(1)] public string? Name { get; init; }

    /// <summary>Labels.</summary>
    [Id(2)] public ValueMap<string> Labels { get; init; }
}
