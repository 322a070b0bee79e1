using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Contracts.Apps;

/// <summary>What readers see of a running deployment.</summary>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentStatus")]
public sealed record DeploymentStatus
{
    /// <summary>The id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Everything it was started with.</summary>
    [Id(1)] public required DeploymentStart Start { get; init; }

    /// <summary>The step that runs now, from 1.</summary>
    [Id(2)] public int CurrentStep { get; init; }

    /// <summary>Apps of the current step that have carried out their action.</summary>
    [Id(3)] public ValueList<string> EndedApps { get; init; }

    /// <summary>It goes no further until it is resumed.</summary>
    [Id(4)] public bool Paused { get; init; }
}
