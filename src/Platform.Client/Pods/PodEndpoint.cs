namespace Platform.Client.Pods;

/// <summary>A port of a container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="AllocatedHostPort">The port on the agent; null: none.</param>
/// <param name="Healthy">Healthy by the check that looks at it; null: none does, or it has not told yet.</param>
public sealed record PodEndpoint(string Name, int? AllocatedHostPort, bool? Healthy);
