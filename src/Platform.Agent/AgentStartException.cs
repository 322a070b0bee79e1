namespace Platform.Agent;

/// <summary>The agent cannot start or go on; the message says why and how to mend it.</summary>
public sealed class AgentStartException : Exception
{
    /// <summary>An error for the user.</summary>
    public AgentStartException(string message)
        : base(message)
    {
    }

    /// <summary>An error for the user, with its cause.</summary>
    public AgentStartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message.</summary>
    public AgentStartException()
    {
    }
}
