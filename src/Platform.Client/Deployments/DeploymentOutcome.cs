namespace Platform.Client.Deployments;

/// <summary>How a deployment ended.</summary>
/// <param name="Succeeded">Everything it was to do is done; null: it has ended, but how is no longer in the event log.</param>
/// <param name="Reason">Why it failed, if it did and says so.</param>
public sealed record DeploymentOutcome(bool? Succeeded, string? Reason);
