using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers;

/// <summary>A task as a containerizer is told of it.</summary>
/// <param name="Spec">What it is.</param>
/// <param name="File">The file that is kept of it, to which a containerizer may add lines.</param>
/// <param name="Sandbox">Its sandbox folder.</param>
internal sealed record ContainerRequest(TaskSpec Spec, string File, string Sandbox)
{
    /// <summary>All tasks of its group; without a group it alone.</summary>
    public IReadOnlyList<TaskSpec> Group { get; init; } = [Spec];
}
