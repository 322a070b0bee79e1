namespace Platform.Core.Deployments;

/// <summary>Facts about <see cref="DeploymentActionKind"/>s.</summary>
public static class DeploymentActionKinds
{
    /// <summary>Marathon's name of the action on an app.</summary>
    public static string ToMarathonName(this DeploymentActionKind kind) => kind switch
    {
        DeploymentActionKind.Start => "StartApplication",
        DeploymentActionKind.Scale => "ScaleApplication",
        DeploymentActionKind.Restart => "RestartApplication",
        _ => "StopApplication",
    };
}
