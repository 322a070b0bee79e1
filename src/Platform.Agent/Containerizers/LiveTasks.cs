namespace Platform.Agent.Containerizers;

/// <summary>What is not over on an agent.</summary>
/// <param name="Names">The names of tasks, as <see cref="Tasks.TaskDirectoryName"/> makes them.</param>
/// <param name="Groups">The ids of the groups that they are of.</param>
internal sealed record LiveTasks(IReadOnlySet<string> Names, IReadOnlySet<string> Groups);
