namespace Platform.Contracts.Agents;

/// <summary>The open session of one agent, held by the silo that the agent dialed.</summary>
[Alias("Platform.IAgentSession")]
public interface IAgentSession : IGrainObserver
{
    /// <summary>Sends a frame. Frames arrive in the order they were sent, or the session ends.</summary>
    [OneWay, Alias("Send")]
    Task SendAsync(AgentCommand command);

    /// <summary>Ends the session; the agent dials again unless it was refused for good.</summary>
    [OneWay, Alias("Close")]
    Task CloseAsync(string reason);
}
