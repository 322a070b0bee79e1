using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Ownership;

/// <summary>The tasks of one record, or why they could not be built.</summary>
/// <param name="Tasks">The tasks, several if it is a group; empty if there is a problem.</param>
/// <param name="Problem">The problem for people, which ends the task as an error; null if there are tasks.</param>
public readonly record struct TaskBuild(ValueList<TaskSpec> Tasks, string? Problem)
{
    /// <summary>
    /// What the start of these tasks finds out, as a name, that others should be built with: what their images are at this moment. Those that find out the same wait
    /// for the first. Null: nothing.
    /// </summary>
    public string? FindsOut { get; init; }

    /// <summary>The first task; null if there is a problem.</summary>
    public TaskSpec? Task => Tasks.IsEmpty ? null : Tasks[0];
}
