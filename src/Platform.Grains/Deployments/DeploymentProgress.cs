using Platform.Core.Deployments;

namespace Platform.Grains.Deployments;

/// <summary>What a deployment is about and how far it came.</summary>
[GenerateSerializer, Alias("Platform.DeploymentProgress")]
public sealed record DeploymentProgress
{
    /// <summary>The step that runs, from 1; 0 before anything was stored.</summary>
    [Id(0)] public int Step { get; set; }

    /// <summary>It goes no further until it is resumed.</summary>
    [Id(1)] public bool Paused { get; set; }

    /// <summary>What it is about; null before it was started. The tree has it on record too, and starts the deployment again after a restart.</summary>
    [Id(2)] public DeploymentStart? Start { get; set; }

    /// <summary>Rises with each step, pause and resumption; see <see cref="OrderTerm"/>.</summary>
    [Id(3)] public int Turn { get; set; }

    /// <summary>It goes no further, whatever it is told later.</summary>
    [Id(4)] public bool Abandoned { get; set; }
}
