namespace Platform.Grains.Deployments;

/// <summary>How far a deployment came. What it is about is stored with the tree, which hands it over again after a restart.</summary>
[GenerateSerializer]
public sealed record DeploymentProgress
{
    /// <summary>The step that runs, from 1; 0 before anything was stored.</summary>
    [Id(0)] public int Step { get; set; }

    /// <summary>It goes no further until it is resumed.</summary>
    [Id(1)] public bool Paused { get; set; }
}
