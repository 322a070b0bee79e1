using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>The end of an order.</summary>
/// <param name="DeploymentId">The deployment.</param>
/// <param name="Kind">What was to be done.</param>
/// <param name="Failure">Why it was given up; null: it was carried out.</param>
[GenerateSerializer, Immutable, Alias("Platform.OrderEnd")]
public sealed record OrderEnd(
    [property: Id(0)] string DeploymentId,
    [property: Id(1)] DeploymentActionKind Kind,
    [property: Id(2)] string? Failure);
