namespace Platform.Client.Pods;

/// <summary>A container of an instance of a pod that ended.</summary>
/// <param name="ContainerId">Its task: the id of the instance, a dot, its name.</param>
/// <param name="LastKnownState">Its last state, such as <c>TASK_FAILED</c>.</param>
public sealed record PodTerminatedContainer(string ContainerId, string LastKnownState);
