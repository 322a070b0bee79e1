using Platform.Client.Deployments;

namespace Platform.Client.Apps;

/// <summary>What a kill did.</summary>
/// <param name="Tasks">The tasks that are killed; empty when a deployment does it.</param>
/// <param name="Deployment">The deployment that scales the app down; null: none was asked for.</param>
public sealed record KillResult(IReadOnlyList<AppTask> Tasks, DeploymentHandle? Deployment);
