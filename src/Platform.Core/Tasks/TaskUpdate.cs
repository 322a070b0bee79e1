using System.Text.Json.Serialization;
using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>One report of an agent about one task. It is repeated until it is acknowledged.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskUpdate")]
public sealed record TaskUpdate
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>The task's owner, as in its specification.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>Unique id of this report, to acknowledge it by. Empty: made by the control plane, needs no acknowledgement.</summary>
    [Id(2)] public string UpdateId { get; init; } = "";

    /// <summary>The state.</summary>
    [Id(3)] public TaskState State { get; init; }

    /// <summary>When the agent saw it.</summary>
    [Id(4)] public DateTimeOffset Timestamp { get; init; }

    /// <summary>Machine-readable cause, one of <see cref="TaskReasons"/>; null if there is nothing to say.</summary>
    [Id(5)] public string? Reason { get; init; }

    /// <summary>The cause for people, such as "Command exited with status 3".</summary>
    [Id(6)] public string? Message { get; init; }

    /// <summary>Exit status of a task that exited.</summary>
    [Id(7)] public int? ExitStatus { get; init; }

    /// <summary>The signal that ended it.</summary>
    [Id(8)] public int? Signal { get; init; }

    /// <summary>Healthy by its health checks; null: no check, or none has finished yet.</summary>
    [Id(9)] public bool? Healthy { get; init; }

    /// <summary>Ready by its readiness checks; null: it has none, or not yet known.</summary>
    [Id(10)] public bool? Ready { get; init; }

    /// <summary>The last lines of standard error of a task that failed.</summary>
    [Id(11)] public string? StderrTail { get; init; }

    /// <summary>The process id of a running task.</summary>
    [Id(12)] public int? ProcessId { get; init; }

    /// <summary>The absolute path of its sandbox on the agent.</summary>
    [Id(13)] public string? Sandbox { get; init; }

    /// <summary>Addresses where its ports can be reached.</summary>
    [Id(14)] public ValueList<string> IpAddresses { get; init; }

    /// <summary>The results of its checks that only report and of its readiness checks.</summary>
    [Id(15)] public ValueList<CheckResult> Checks { get; init; }

    /// <summary>The text of <see cref="TaskSpec.OutputFile"/> at its end; null: there is none.</summary>
    [Id(16)] public string? Output { get; init; }

    /// <summary>
    /// Its image as it was asked for, and the digest that this is in its registry: <c>nginx:1@sha256:...</c>. Without a digest it came from no registry.
    /// Told before it runs, often before it is pulled; null: it has none, or what it is was not found out yet.
    /// </summary>
    [Id(17)] public string? Image { get; init; }

    /// <summary>The status in the words of the executor that gave it (Mesos' TaskStatus in protobuf); null: the agent says it.</summary>
    [Id(18)] public byte[]? Definition { get; init; }

    /// <summary>The <see cref="TaskSpec.SecretsAsOf"/> of the values that it has now; null: it was launched without one, or the agent is older than such numbers.</summary>
    [Id(19)] public long? SecretsAsOf { get; init; }

    /// <summary>True for an end that nobody wanted. An exit with 0 is none, and neither is a kill, unless the task's own limits or health checks asked for it.</summary>
    [JsonIgnore]
    public bool IsFailure => State switch
    {
        TaskState.Finished => false,
        TaskState.Killed => Reason is TaskReasons.Unhealthy or TaskReasons.MaxCompletionTime or TaskReasons.MemoryLimit or TaskReasons.DiskLimit,
        _ => true,
    };

    /// <summary>True if it tells nothing new after another report of its task.</summary>
    /// <param name="last">The report that was taken last.</param>
    /// <remarks>
    /// Only reports of the agent are compared by their time: its clock is not the control plane's. What the control plane supposes of a task that was launched
    /// (<see cref="TaskState.Staging"/> without an id) comes after what the agent has told when an owner asked for it in between. Ends are never outrun, and neither is
    /// what is told of a task that was out of reach.
    /// </remarks>
    public bool IsOutrunBy(TaskUpdate last)
    {
        if (UpdateId.Length > 0 && UpdateId == last.UpdateId)
            return true;
        if (State.IsTerminal() || last.State == TaskState.Unreachable)
            return false;
        return UpdateId.Length == 0 ? State == TaskState.Staging : last.UpdateId.Length > 0 && Timestamp < last.Timestamp;
    }
}
