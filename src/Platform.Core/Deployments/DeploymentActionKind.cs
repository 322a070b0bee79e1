namespace Platform.Core.Deployments;

/// <summary>What a deployment does to an app.</summary>
[GenerateSerializer, Alias("Platform.DeploymentActionKind")]
public enum DeploymentActionKind
{
    /// <summary>The app is made known with 0 instances.</summary>
    Start,

    /// <summary>The number of instances changes; instances of an older configuration are left alone.</summary>
    Scale,

    /// <summary>Instances are replaced by those of a new version.</summary>
    Restart,

    /// <summary>All instances are killed and the app is forgotten.</summary>
    Stop,
}
