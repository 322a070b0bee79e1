using Platform.Core.Tasks;

namespace Platform.Contracts.Apps;

/// <summary>How one task of an app ended.</summary>
[GenerateSerializer, Immutable]
public sealed record TaskFailure
{
    /// <summary>The last status of the task: state, reason, message, exit status or signal, last lines of standard error.</summary>
    [Id(0)] public required TaskUpdate Status { get; init; }

    /// <summary>The agent it ran on.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>The agent's host name.</summary>
    [Id(2)] public required string Host { get; init; }

    /// <summary>The version of the definition that it was made from.</summary>
    [Id(3)] public required string Version { get; init; }
}
