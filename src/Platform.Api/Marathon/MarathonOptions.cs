namespace Platform.Api.Marathon;

/// <summary>Settings of the Marathon API.</summary>
public sealed class MarathonOptions
{
    /// <summary>The role of an app that names none. Default <c>*</c> (Marathon's --mesos_role).</summary>
    public string DefaultRole { get; set; } = "*";

    /// <summary>The network that an unnamed container network means. Default: none, such an app is refused (--default_network_name).</summary>
    public string? DefaultNetworkName { get; set; }

    /// <summary>The address that is told as the leader's, <c>host:port</c>. Default: the address that the request came to.</summary>
    public string? LeaderAddress { get; set; }

    /// <summary>The roles whose reserved resources an app may use that names none, as Marathon's --default_accepted_resource_roles. Default none: its own and <c>*</c>.</summary>
    public IReadOnlyList<string> DefaultAcceptedResourceRoles { get; set; } = [];

    /// <summary>Several silos serve, and one may go. Told in <c>/v2/info</c>. Default false.</summary>
    public bool HighlyAvailable { get; set; }

    /// <summary>The name that is told in <c>/v2/info</c>. Default marathon.</summary>
    public string FrameworkName { get; set; } = "marathon";

    /// <summary>Apps that fit none of the agents that are there are refused instead of waiting. Default false: agents may come.</summary>
    public bool RefuseImpossible { get; set; }

    /// <summary>The silence after which a comment is sent on an event stream, so that dead connections are found. Default 15 s.</summary>
    public TimeSpan EventHeartbeat { get; set; } = TimeSpan.FromSeconds(15);
}
