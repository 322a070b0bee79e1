using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Core.Deployments;

/// <summary>Everything that a deployment needs.</summary>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentStart")]
public sealed record DeploymentStart
{
    /// <summary>The version that the deployment leads to.</summary>
    [Id(0)] public required string Version { get; init; }

    /// <summary>The steps.</summary>
    [Id(1)] public required DeploymentPlan Plan { get; init; }

    /// <summary>What to reach, by app; a removed app is not in it.</summary>
    [Id(2)] public ValueMap<AppVersion> Targets { get; init; }

    /// <summary>What was there before, by app; a new app is not in it.</summary>
    [Id(3)] public ValueMap<AppVersion> Originals { get; init; }

    /// <summary>The changes without their definitions, for hints such as which instances to kill first.</summary>
    [Id(4)] public ValueList<AppChange> Changes { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(5)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>The groups that were changed as they were before; null: the group was not there.</summary>
    [Id(6)] public ValueMap<GroupNode?> OriginalGroups { get; init; }
}
