namespace Platform.Core.Security.Certificates;

/// <summary>How an agent has shown that it may come in.</summary>
public enum AgentProof
{
    /// <summary>It need not: nobody has to log in.</summary>
    None,

    /// <summary>A token that the control plane gave to an agent in its own process.</summary>
    Local,

    /// <summary>A token for agents, which names no certain one.</summary>
    Token,

    /// <summary>A certificate of the cluster's authority, which names it.</summary>
    Certificate,
}
