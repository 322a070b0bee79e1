using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>What one version of the tree replaced, so that the tree before it can be rebuilt from the tree after it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.GroupRevision")]
public sealed record GroupRevision
{
    /// <summary>The version of each app that was replaced; "" if the app was not there.</summary>
    [Id(0)] public ValueMap<string> Apps { get; init; }

    /// <summary>The definitions of apps that were removed, which nobody else keeps.</summary>
    [Id(1)] public ValueMap<AppVersion> Removed { get; init; }

    /// <summary>The groups that were replaced; null if the group was not there.</summary>
    [Id(2)] public ValueMap<GroupNode?> Groups { get; init; }
}
