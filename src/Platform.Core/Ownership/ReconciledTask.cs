namespace Platform.Core.Ownership;

/// <summary>What an agent's report means for a task.</summary>
/// <param name="Presence">Whether the agent has it.</param>
/// <param name="Missing">The ids of its tasks that were not reported.</param>
public readonly record struct ReconciledTask(TaskPresence Presence, IReadOnlyList<string> Missing);
