namespace Platform.Client.Pods;

/// <summary>How an instance of a pod ended.</summary>
/// <param name="InstanceID">The instance.</param>
/// <param name="TerminatedAt">When.</param>
/// <param name="Message">Why, or null.</param>
public sealed record PodTermination(string InstanceID, DateTimeOffset TerminatedAt, string? Message);
