using Platform.Core.Apps;
using Platform.Core.Deployments;

namespace Platform.Core.Groups;

/// <summary>One stored item of the tree: exactly one of its parts is given. One kind of item for all, so that a change is stored in one step.</summary>
[GenerateSerializer, Immutable, Alias("Platform.GroupItem")]
public sealed record GroupItem
{
    /// <summary>The current definition of an app.</summary>
    [Id(0)] public AppVersion? App { get; init; }

    /// <summary>A group's own properties.</summary>
    [Id(1)] public GroupNode? Group { get; init; }

    /// <summary>A deployment that runs.</summary>
    [Id(2)] public DeploymentStart? Deployment { get; init; }

    /// <summary>A change of the past.</summary>
    [Id(3)] public GroupRevision? Revision { get; init; }

    /// <summary>A deployment that gave way and may not know of it yet.</summary>
    [Id(4)] public AbandonedDeployment? Abandoned { get; init; }

    /// <summary>The change of a secret that an app has yet to follow; of no app, the last one that was heard of.</summary>
    [Id(5)] public long? SecretChange { get; init; }

    /// <summary>How much the definitions in a group may come to.</summary>
    [Id(6)] public GroupLimit? Limit { get; init; }

    /// <summary>How many changes of jobs were let through under a limit.</summary>
    [Id(7)] public long? JobClaims { get; init; }
}
