namespace Platform.Client.Pods;

/// <summary>How an instance of a pod ended.</summary>
/// <param name="InstanceID">The instance.</param>
/// <param name="TerminatedAt">When.</param>
/// <param name="Message">Why, or null.</param>
/// <param name="Containers">Its containers; null: not told.</param>
public sealed record PodTermination(string InstanceID, DateTimeOffset TerminatedAt, string? Message, IReadOnlyList<PodTerminatedContainer>? Containers = null);
