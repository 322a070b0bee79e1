namespace Platform.Client.Deployments;

/// <summary>What a deployment does to one app in a step.</summary>
public sealed record DeploymentAction
{
    /// <summary>Such as <c>ScaleApplication</c>.</summary>
    public string Action { get; init; } = "";

    /// <summary>The app.</summary>
    public string App { get; init; } = "";
}
