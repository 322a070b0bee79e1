using Platform.Core.Tasks;

namespace Platform.Core.Frameworks;

/// <summary>An executor of a framework on one agent, as it is stored from the launch of its first task until its end was seen.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkExecutor")]
public sealed record FrameworkExecutor
{
    /// <summary>Where it is.</summary>
    [Id(0)] public required string AgentId { get; init; }

    /// <summary>What the agent starts. Its id is the name under which the executor's resources are held.</summary>
    [Id(1)] public required TaskSpec Spec { get; init; }

    /// <summary>It is on its way to its end: it gets no more tasks.</summary>
    [Id(2)] public bool IsKilled { get; init; }

    /// <summary>The cluster's name for it, unique for ever.</summary>
    public string PlaceId => Spec.TaskId;

    /// <summary>The framework's name for it.</summary>
    public string ExecutorId => Spec.Executor!.ExecutorId;

    /// <summary>Says why a task cannot run in it; null: it can. As in Mesos, an executor is described alike by all of its tasks.</summary>
    /// <param name="asked">The executor as the task describes it.</param>
    public string? ProblemOf(TaskSpec asked) =>
        asked.Executor!.Definition.AsSpan().SequenceEqual(Spec.Executor!.Definition) ? null : "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.";
}
