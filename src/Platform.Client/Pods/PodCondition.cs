namespace Platform.Client.Pods;

/// <summary>Something that is told of a container.</summary>
/// <param name="Name">What, such as <c>healthy</c>.</param>
/// <param name="Value">Such as <c>true</c>.</param>
/// <param name="Reason">Why, or null.</param>
public sealed record PodCondition(string Name, string Value, string? Reason);
