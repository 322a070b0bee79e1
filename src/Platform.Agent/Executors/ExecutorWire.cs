using Google.Protobuf;
using Platform.Core.Tasks;
using Call = Platform.Mesos.Wire.Executor.Call;

namespace Platform.Agent.Executors;

/// <summary>What executors say, in the words of the agent.</summary>
internal static class ExecutorWire
{
    /// <summary>What is wrong with a call as such; null: nothing.</summary>
    public static string? ProblemOf(Call call)
    {
        if (!call.IsInitialized())
            return "Not initialized: a required field is missing";
        if (!call.HasType)
            return "Expecting 'type' to be present";
        return call.Type switch
        {
            Call.Types.Type.Subscribe when call.Subscribe is null => "Expecting 'subscribe' to be present",
            Call.Types.Type.Subscribe => call.Subscribe.UnacknowledgedUpdates.Select(update => ProblemOf(call, update.Status)).FirstOrDefault(problem => problem is not null),
            Call.Types.Type.Update when call.Update is null => "Expecting 'update' to be present",
            Call.Types.Type.Update => ProblemOf(call, call.Update.Status),
            Call.Types.Type.Message when call.Message is null => "Expecting 'message' to be present",
            _ => null,
        };
    }

    /// <summary>A change of a task's status by what its executor says.</summary>
    public static Func<TaskUpdate, TaskUpdate> Of(Wire.TaskStatus status) => update => update with
    {
        State = StateOf(status.State),
        Reason = status.HasReason ? ReasonOf(status.Reason) : null,
        Message = status.HasMessage ? status.Message : null,
        Healthy = status.HasHealthy ? status.Healthy : update.Healthy,
        Definition = status.ToByteArray(),
    };

    /// <summary>The state.</summary>
    public static TaskState StateOf(Wire.TaskState state) => state switch
    {
        Wire.TaskState.TaskStaging => TaskState.Staging,
        Wire.TaskState.TaskStarting => TaskState.Starting,
        Wire.TaskState.TaskRunning => TaskState.Running,
        Wire.TaskState.TaskKilling => TaskState.Killing,
        Wire.TaskState.TaskFinished => TaskState.Finished,
        Wire.TaskState.TaskFailed => TaskState.Failed,
        Wire.TaskState.TaskKilled => TaskState.Killed,
        Wire.TaskState.TaskError => TaskState.Error,
        Wire.TaskState.TaskDropped => TaskState.Dropped,
        Wire.TaskState.TaskGone => TaskState.Gone,
        Wire.TaskState.TaskGoneByOperator => TaskState.GoneByOperator,
        Wire.TaskState.TaskUnreachable => TaskState.Unreachable,
        Wire.TaskState.TaskUnknown => TaskState.Unknown,
        _ => TaskState.Lost,
    };

    private static string? ProblemOf(Call call, Wire.TaskStatus status) =>
        !status.HasUuid ? "Expecting 'uuid' to be present"
        : status.Uuid.Length != 16 ? "Not a valid UUID"
        : status.ExecutorId is { } executor && executor.Value != call.ExecutorId.Value
            ? $"ExecutorID in Call: {call.ExecutorId.Value} does not match ExecutorID in TaskStatus: {executor.Value}"
        : status.HasSource && status.Source != Wire.TaskStatus.Types.Source.Executor
            ? $"Received Call from executor {call.ExecutorId.Value} of framework {call.FrameworkId.Value} with invalid source, expecting 'SOURCE_EXECUTOR'"
        : status.State is Wire.TaskState.TaskStaging or Wire.TaskState.TaskUnreachable or Wire.TaskState.TaskUnknown
            ? $"Received a state from executor {call.ExecutorId.Value} of framework {call.FrameworkId.Value} which is not allowed"
        : null;

    // The cluster's names are those of the older version of the API.
    private static string ReasonOf(Wire.TaskStatus.Types.Reason reason) =>
        (Wire.TaskStatus.Descriptor.EnumTypes.First(type => type.Name == "Reason").FindValueByNumber((int)reason)?.Name ?? "").Replace("_AGENT_", "_SLAVE_", StringComparison.Ordinal);
}
