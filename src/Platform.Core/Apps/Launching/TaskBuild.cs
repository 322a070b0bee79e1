using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>A task that was built, or why it could not be.</summary>
/// <param name="Task">The task; null if there is a problem.</param>
/// <param name="Problem">The problem for people; null if there is a task.</param>
public readonly record struct TaskBuild(TaskSpec? Task, string? Problem);
