using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>The change of one group's own properties. Parents are made as needed.</summary>
[GenerateSerializer, Immutable, Alias("Platform.GroupChange")]
public sealed record GroupChange
{
    /// <summary>The path.</summary>
    [Id(0)] public required string Path { get; init; }

    /// <summary>It is removed (its apps and groups must be removed by the same change or before).</summary>
    [Id(1)] public bool Remove { get; init; }

    /// <summary>Absolute paths that the group depends on; null: as they are.</summary>
    [Id(2)] public ValueList<string>? Dependencies { get; init; }

    /// <summary>Apps in it get the role of their top-level group; null: as it is.</summary>
    [Id(3)] public bool? EnforceRole { get; init; }

    /// <summary>The group must not exist yet.</summary>
    [Id(4)] public bool MustBeNew { get; init; }
}
