namespace Platform.Client.Pods;

/// <summary>How many instances of a pod there shall be.</summary>
/// <param name="Instances">The number.</param>
public sealed record PodScaling(int Instances);
