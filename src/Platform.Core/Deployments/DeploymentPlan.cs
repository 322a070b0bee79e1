using Platform.Core.Collections;

namespace Platform.Core.Deployments;

/// <summary>The steps that lead from one set of apps to another.</summary>
/// <param name="Steps">The steps in order; none is empty.</param>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentPlan")]
public sealed record DeploymentPlan([property: Id(0)] ValueList<DeploymentStep> Steps);
