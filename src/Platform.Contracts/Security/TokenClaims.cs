namespace Platform.Contracts.Security;

/// <summary>The words of our tokens.</summary>
public static class TokenClaims
{
    /// <summary>Whose it is, as DC/OS has it.</summary>
    public const string Uid = "uid";

    /// <summary>What it was issued for.</summary>
    public const string Use = "use";

    /// <summary>When its owner last proved who it is, seconds since 1970.</summary>
    public const string LoggedInAt = "auth_time";

    /// <summary>When it was issued, milliseconds since 1970: what is taken back at a moment is told from what was issued after it.</summary>
    public const string IssuedAt = "iat_ms";

    /// <summary>In tokens of agents: the fingerprint of the authority that the control plane's certificate is of, so that an agent needs nothing but its token to trust it.</summary>
    public const string Authority = "ca";

    /// <summary>In tokens of tasks: whose task it is, such as <c>app:/shop/web</c>.</summary>
    public const string Owner = "owner";

    /// <summary>In tokens of tasks: the task's id.</summary>
    public const string TaskId = "task_id";

    /// <summary>In tokens of tasks: the agent's id.</summary>
    public const string AgentId = "agent_id";

    /// <summary>In tokens of tasks: the name of the cluster, the same as the issuer unless that is an address.</summary>
    public const string Cluster = "cluster";

    /// <summary>The audience of tokens for the APIs of the cluster itself.</summary>
    public const string ClusterAudience = "platform";
}
