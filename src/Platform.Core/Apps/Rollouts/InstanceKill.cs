namespace Platform.Core.Apps;

/// <summary>An instance that shall end.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Goal">Whether its volumes stay.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record InstanceKill(InstanceState Instance, InstanceGoal Goal, string Reason);
