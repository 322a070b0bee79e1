using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>How a container stands that an operator had an agent run, without a task.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ContainerReply")]
public sealed record ContainerReply
{
    /// <summary>What the agent told of it last; its task is its name with a number behind a dot. Null: there is none, or none was started.</summary>
    [Id(0)] public TaskUpdate? Status { get; init; }

    /// <summary>Of a launch: it runs already, and nothing was started.</summary>
    [Id(1)] public bool IsKnown { get; init; }

    /// <summary>The agent has no session: nothing was done, or nothing is known.</summary>
    [Id(2)] public bool IsUnreachable { get; init; }
}
