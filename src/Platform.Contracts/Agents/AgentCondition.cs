namespace Platform.Contracts.Agents;

/// <summary>How an agent is.</summary>
[GenerateSerializer, Alias("Platform.AgentCondition")]
public enum AgentCondition
{
    /// <summary>It has no session at the moment (the control plane has just started, or the connection broke) and is given time to dial in.</summary>
    Recovering,

    /// <summary>It has a session.</summary>
    Active,

    /// <summary>It has a session, takes no new tasks and its tasks are being moved away.</summary>
    Draining,

    /// <summary>It has a session, takes no new tasks and has none.</summary>
    Drained,

    /// <summary>It was silent for too long.</summary>
    Unreachable,

    /// <summary>An operator declared it gone.</summary>
    Gone,

    /// <summary>It has a session and takes no new tasks; those that it has stay.</summary>
    Deactivated,
}
