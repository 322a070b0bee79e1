using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>The end of an order.</summary>
/// <param name="DeploymentId">The deployment.</param>
/// <param name="Kind">What was to be done.</param>
/// <param name="Failure">Why it was given up; null: it was carried out.</param>
public sealed record OrderEnd(string DeploymentId, DeploymentActionKind Kind, string? Failure);
