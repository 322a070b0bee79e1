using Platform.Core.Collections;

namespace Platform.Core.Deployments;

/// <summary>Actions that run at the same time; the next step begins when all have ended.</summary>
/// <param name="Actions">The actions.</param>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentStep")]
public sealed record DeploymentStep([property: Id(0)] ValueList<DeploymentAction> Actions);
