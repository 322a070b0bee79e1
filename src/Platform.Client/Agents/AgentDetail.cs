namespace Platform.Client.Agents;

/// <summary>An agent with its tasks.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="TaskList">Its tasks.</param>
public sealed record AgentDetail(Agent Agent, IReadOnlyList<AgentTask> TaskList);
