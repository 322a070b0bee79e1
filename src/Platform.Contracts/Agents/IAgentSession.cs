namespace Platform.Contracts.Agents;

/// <summary>The open session of one agent, held by the silo that the agent dialed.</summary>
[Alias("Platform.IAgentSession")]
public interface IAgentSession : IGrainObserver
{
    /// <summary>Sends a frame, once for each <see cref="AgentCommand.Number"/> however often it is told. One that comes before its turn waits for those before it. Done when it is here.</summary>
    [Alias("Send")]
    Task SendAsync(AgentCommand command);

    /// <summary>Ends the session; the agent dials again unless it was refused for good.</summary>
    [OneWay, Alias("Close")]
    Task CloseAsync(string reason);
}
