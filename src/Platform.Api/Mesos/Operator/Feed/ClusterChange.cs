using Platform.Api.Events;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Events;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>What an event says has to be looked at.</summary>
internal sealed record ClusterChange
{
    /// <summary>Agents came or went.</summary>
    public bool IsOfAll { get; private init; }

    public string? FrameworkId { get; private init; }

    public string? AppId { get; private init; }

    /// <summary>What became of a task of the app.</summary>
    public Wire.TaskStatus? Status { get; private init; }

    /// <summary>What is in an event; null: nothing for Mesos' operators.</summary>
    public static ClusterChange? Of(StreamedEvent happened) => happened.What switch
    {
        AgentChanged => new() { IsOfAll = true },
        FrameworkChanged framework => new() { FrameworkId = framework.FrameworkId },
        TaskChanged task => new() { AppId = task.AppId, Status = StatusOf(task, happened.Timestamp) },
        InstanceChanged instance => new() { AppId = instance.AppId },
        AppEnded app => new() { AppId = app.AppId },
        _ => null,
    };

    private static Wire.TaskStatus StatusOf(TaskChanged task, DateTimeOffset timestamp) => StatusMapping.ToWire(
        new TaskUpdate
        {
            TaskId = task.TaskId,
            Owner = "",
            State = task.State,
            Timestamp = timestamp,
            Message = task.Message is { Length: > 0 } message ? message : null,
            IpAddresses = task.IpAddresses,
        },
        task.AgentId,
        "");
}
