namespace Platform.Core.Pods;

/// <summary>What is told of an endpoint of a container that runs.</summary>
/// <param name="Name">The endpoint.</param>
/// <param name="HostPort">The port on the agent; null: none.</param>
/// <param name="Healthy">Healthy by the check that looks at this endpoint; null: none does, or it has not told yet.</param>
public sealed record PodEndpointCondition(string Name, int? HostPort, bool? Healthy);
