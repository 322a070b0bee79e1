namespace Platform.Core.Deployments;

/// <summary>Facts about <see cref="DeploymentActionKind"/>s.</summary>
public static class DeploymentActionKinds
{
    /// <summary>The name of the action as plans show it (that of Marathon).</summary>
    /// <param name="kind">The action.</param>
    /// <param name="isPod">It is about a pod.</param>
    public static string ToWireName(this DeploymentActionKind kind, bool isPod = false) => kind switch
    {
        DeploymentActionKind.Start => isPod ? "StartPod" : "StartApplication",
        DeploymentActionKind.Scale => isPod ? "ScalePod" : "ScaleApplication",
        DeploymentActionKind.Restart => isPod ? "RestartPod" : "RestartApplication",
        _ => isPod ? "StopPod" : "StopApplication",
    };
}
