using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>One group's own properties.</summary>
[GenerateSerializer, Immutable, Alias("Platform.GroupNode")]
public sealed record GroupNode
{
    /// <summary>Absolute paths that everything in the group depends on.</summary>
    [Id(0)] public ValueList<string> Dependencies { get; init; }

    /// <summary>Apps in it get the role of their top-level group.</summary>
    [Id(1)] public bool EnforceRole { get; init; }

    /// <summary>The version of the last change in it.</summary>
    [Id(2)] public string Version { get; init; } = "";
}
