namespace Platform.Grains.Deployments;

/// <summary>Settings of deployments.</summary>
public sealed class DeploymentOptions
{
    /// <summary>An order whose end was not told is repeated after this time. Default 30 s.</summary>
    public TimeSpan RepeatAfter { get; set; } = TimeSpan.FromSeconds(30);
}
