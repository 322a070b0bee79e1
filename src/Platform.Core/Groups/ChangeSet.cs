using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>A change of apps and groups that is made as a whole or not at all. Definitions in it are already valid.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ChangeSet")]
public sealed record ChangeSet
{
    /// <summary>Changes of apps.</summary>
    [Id(0)] public ValueList<AppChange> Apps { get; init; }

    /// <summary>Changes of groups.</summary>
    [Id(1)] public ValueList<GroupChange> Groups { get; init; }

    /// <summary>Cancel the deployments that hold these apps instead of being refused.</summary>
    [Id(2)] public bool Force { get; init; }

    /// <summary>Only plan.</summary>
    [Id(3)] public bool DryRun { get; init; }
}
