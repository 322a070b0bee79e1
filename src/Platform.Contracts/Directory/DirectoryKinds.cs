namespace Platform.Contracts.Directory;

/// <summary>The kinds of grains that are listed.</summary>
public static class DirectoryKinds
{
    /// <summary>Apps, by path.</summary>
    public const string Apps = "apps";

    /// <summary>Agents, by id.</summary>
    public const string Agents = "agents";

    /// <summary>Services with instances from outside, by name.</summary>
    public const string Services = "services";

    /// <summary>Jobs that may have endpoints with ports, by id.</summary>
    public const string EndpointJobs = "endpoint-jobs";

    /// <summary>Frameworks, by id.</summary>
    public const string Frameworks = "frameworks";
}
