using Platform.Contracts.Pods;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Contracts.Apps;

/// <summary>How one instance of an app or pod ended.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskFailure")]
public sealed record TaskFailure
{
    /// <summary>The last status of the task, in a pod of the one that ended the instance: state, reason, message, exit status or signal, last lines of standard error.</summary>
    [Id(0)] public required TaskUpdate Status { get; init; }

    /// <summary>The agent it ran on.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>The agent's host name.</summary>
    [Id(2)] public required string Host { get; init; }

    /// <summary>The version of the definition that it was made from.</summary>
    [Id(3)] public required string Version { get; init; }

    /// <summary>The instance of a pod; null for an app.</summary>
    [Id(4)] public string? InstanceId { get; init; }

    /// <summary>When the instance of a pod was first seen running, or else placed.</summary>
    [Id(5)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>How each container of a pod ended; empty for an app.</summary>
    [Id(6)] public ValueList<PodContainerStatus> Containers { get; init; }
}
