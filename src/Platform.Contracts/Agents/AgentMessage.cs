using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>One frame of an agent's session, from the agent to the control plane. A frame may carry several kinds at once.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentMessage")]
public sealed record AgentMessage
{
    /// <summary>The first frame of a session.</summary>
    [Id(0)] public AgentRegistration? Register { get; init; }

    /// <summary>Sign of life with usage.</summary>
    [Id(1)] public AgentUsage? Heartbeat { get; init; }

    /// <summary>Status updates; each is repeated until it is acknowledged.</summary>
    [Id(2)] public ValueList<TaskUpdate> Updates { get; init; }

    /// <summary>Answers to <see cref="AgentCommand.ReadFiles"/>.</summary>
    [Id(3)] public ValueList<FileChunk> Files { get; init; }

    /// <summary>What comes from the commands of <see cref="AgentCommand.Exec"/>.</summary>
    [Id(4)] public ValueList<ExecOutput> Exec { get; init; }

    /// <summary>Files that have appeared, of each job in the order of their numbers; each is repeated until it is taken.</summary>
    [Id(5)] public ValueList<AppearedFile> Appeared { get; init; }

    /// <summary>Messages of executors for their frameworks. One that is lost is not repeated.</summary>
    [Id(6)] public ValueList<ExecutorMessage> Messages { get; init; }

    /// <summary>Tokens that tasks of the agent need.</summary>
    [Id(7)] public ValueList<TaskTokenRequest> TokenRequests { get; init; }
}
