using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>The tree of groups and apps at one version.</summary>
[GenerateSerializer, Immutable, Alias("Platform.GroupTree")]
public sealed record GroupTree
{
    /// <summary>The version of the whole tree.</summary>
    [Id(0)] public required string Version { get; init; }

    /// <summary>All groups by path, the root <c>/</c> included.</summary>
    [Id(1)] public ValueMap<GroupNode> Groups { get; init; }

    /// <summary>The version of each app, by path.</summary>
    [Id(2)] public ValueMap<string> Apps { get; init; }
}
