namespace Platform.Grains.Apps;

/// <summary>Settings of apps.</summary>
public sealed class AppOptions
{
    /// <summary>Versions kept of each app. Default 50, as Marathon's <c>zk_max_versions</c>.</summary>
    public int KeptVersions { get; set; } = 50;

    /// <summary>Ends of instances kept of each app. Default 50.</summary>
    public int KeptFailures { get; set; } = 50;

    /// <summary>Put before the names of the variables with ports and host, as Marathon's <c>--env_vars_prefix</c>. Default none.</summary>
    public string EnvPrefix { get; set; } = "";

    /// <summary>Instances in one message to a reader. Default 5,000, which are some megabytes.</summary>
    public int InstancesPerPage { get; set; } = 5_000;

    /// <summary>How often the load of an app with autoscaling is measured. Default 15 s (Kubernetes).</summary>
    public TimeSpan AutoscalingInterval { get; set; } = TimeSpan.FromSeconds(15);
}
