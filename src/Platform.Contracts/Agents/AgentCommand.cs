using System.Text.Json.Serialization;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>One frame of an agent's session, from the control plane to the agent. A frame may carry several kinds at once.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentCommand")]
public sealed record AgentCommand
{
    /// <summary>The answer to a registration that was accepted.</summary>
    [Id(0)] public AgentRegistered? Registered { get; init; }

    /// <summary>The answer to a registration that was refused: the reason. The agent stops dialing if <see cref="Final"/>.</summary>
    [Id(1)] public string? Refused { get; init; }

    /// <summary>With <see cref="Refused"/>: there is no use in trying again.</summary>
    [Id(2)] public bool Final { get; init; }

    /// <summary>Tasks to start. Idempotent by task id.</summary>
    [Id(3)] public ValueList<TaskSpec> Launch { get; init; }

    /// <summary>Tasks to kill. Idempotent; an unknown task is answered with a LOST update.</summary>
    [Id(4)] public ValueList<TaskKill> Kill { get; init; }

    /// <summary>Ids of status updates that are persisted and need not be sent again.</summary>
    [Id(5)] public ValueList<string> Acknowledge { get; init; }

    /// <summary>Parts of sandbox files, or directory listings, to send.</summary>
    [Id(6)] public ValueList<FileRequest> ReadFiles { get; init; }

    /// <summary>Ids of persistent volumes whose content shall be destroyed.</summary>
    [Id(7)] public ValueList<string> DestroyVolumes { get; init; }

    /// <summary>Commands to run beside tasks.</summary>
    [Id(8)] public ValueList<ExecStart> Exec { get; init; }

    /// <summary>What is for such commands.</summary>
    [Id(9)] public ValueList<ExecInput> ExecInput { get; init; }

    /// <summary>The files to look for from now on, in the place of all that it looked for before; null: as before.</summary>
    [Id(10)] public FileWatchSet? Watch { get; init; }

    /// <summary>Files that are taken and need not be told again.</summary>
    [Id(11)] public ValueList<TakenFiles> TakenFiles { get; init; }

    /// <summary>Messages for executors.</summary>
    [Id(12)] public ValueList<ExecutorMessage> Messages { get; init; }

    /// <summary>Answers to <see cref="AgentMessage.TokenRequests"/>.</summary>
    [Id(13)] public ValueList<TaskToken> Tokens { get; init; }

    /// <summary>Its number in the session, from 1, on the way between silos; 0: it is not one of the frames that <see cref="IAgentSession.SendAsync"/> carries. Agents are not told.</summary>
    [JsonIgnore]
    [Id(14)] public long Number { get; init; }

    /// <summary>Images to remove; null: as their age says.</summary>
    [Id(15)] public ImagePruning? Prune { get; init; }

    /// <summary>New values for the secrets of tasks that run.</summary>
    [Id(16)] public ValueList<SecretRenewal> Secrets { get; init; }

    /// <summary>How much to log from now on; null: as before.</summary>
    [Id(17)] public AgentLogging? Logging { get; init; }

    /// <summary>Signals for tasks that run.</summary>
    [Id(18)] public ValueList<TaskSignal> Signals { get; init; }
}
