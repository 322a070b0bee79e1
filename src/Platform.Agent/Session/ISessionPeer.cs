using Platform.Contracts.Agents;

namespace Platform.Agent.Session;

/// <summary>What a session is held for: a real agent or a simulated one.</summary>
internal interface ISessionPeer
{
    /// <summary>What is said first.</summary>
    AgentRegistration Register();

    /// <summary>The control plane took the agent in.</summary>
    void Registered(AgentRegistered registered);

    /// <summary>An order came. Must not block.</summary>
    void Receive(AgentCommand command);

    /// <summary>The next frame to send; waits until there is one. Called by one at a time, and not before <see cref="Registered"/>.</summary>
    Task<AgentMessage> NextAsync(CancellationToken cancellation);
}
