using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>A task's group as the task sees it.</summary>
/// <param name="Members">All tasks of the group that are known.</param>
/// <param name="Leave">Called once all that the task had is given back. True: it was the last, and what the group has is to be given back too.</param>
internal sealed record TaskGroup(IReadOnlyList<TaskSpec> Members, Func<bool> Leave);
