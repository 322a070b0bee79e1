using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>The tasks of an instance, or why they could not be built.</summary>
/// <param name="Tasks">The tasks: one of an app, one for each container of a pod; empty if there is a problem.</param>
/// <param name="Problem">The problem for people; null if there are tasks.</param>
public readonly record struct TaskBuild(ValueList<TaskSpec> Tasks, string? Problem)
{
    /// <summary>The first task; null if there is a problem.</summary>
    public TaskSpec? Task => Tasks.IsEmpty ? null : Tasks[0];
}
