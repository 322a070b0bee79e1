using Google.Protobuf;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.Mapping;

/// <summary>What becomes of tasks, in Mesos' words.</summary>
internal static class StatusMapping
{
    public static Wire.TaskState ToWire(TaskState state) => state switch
    {
        TaskState.Staging => Wire.TaskState.TaskStaging,
        TaskState.Starting => Wire.TaskState.TaskStarting,
        TaskState.Running => Wire.TaskState.TaskRunning,
        TaskState.Killing => Wire.TaskState.TaskKilling,
        TaskState.Finished => Wire.TaskState.TaskFinished,
        TaskState.Failed => Wire.TaskState.TaskFailed,
        TaskState.Killed => Wire.TaskState.TaskKilled,
        TaskState.Lost => Wire.TaskState.TaskLost,
        TaskState.Unreachable => Wire.TaskState.TaskUnreachable,
        TaskState.Gone => Wire.TaskState.TaskGone,
        TaskState.Dropped => Wire.TaskState.TaskDropped,
        TaskState.Error => Wire.TaskState.TaskError,
        TaskState.GoneByOperator => Wire.TaskState.TaskGoneByOperator,
        _ => Wire.TaskState.TaskUnknown,
    };

    /// <summary>A status for a scheduler, which acknowledges it by its uuid.</summary>
    public static Wire.TaskStatus ToWire(FrameworkUpdate update)
    {
        var status = ToWire(update.Status, update.AgentId, update.ExecutorId);
        // What an executor said is told as it said it, but for what is known better here.
        if (update.Status.Definition is { } told)
        {
            var known = status;
            status = Wire.TaskStatus.Parser.ParseFrom(told);
            (status.TaskId, status.State, status.AgentId, status.ExecutorId) = (known.TaskId, known.State, known.AgentId, known.ExecutorId);
            if (!status.HasTimestamp)
                status.Timestamp = known.Timestamp;
            status.ContainerStatus ??= known.ContainerStatus;
        }
        if (update.Container is { } container)
        {
            status.ContainerStatus ??= new();
            status.ContainerStatus.ContainerId ??= new() { Value = container };
            if (update.Parent is { } parent && status.ContainerStatus.ContainerId.Value == container)
                status.ContainerStatus.ContainerId.Parent = new() { Value = parent };
        }
        status.Source = update.IsFromControlPlane ? Wire.TaskStatus.Types.Source.Master : Wire.TaskStatus.Types.Source.Executor;
        if (update.Id.Length > 0)
            status.Uuid = ByteString.CopyFrom(Guid.ParseExact(update.Id, "N").ToByteArray(bigEndian: true));
        if (update.UnreachableSince is { } since && update.Status.State is TaskState.Unreachable)
            status.UnreachableTime = Time(since);
        return status;
    }

    /// <summary>The uuid of an operation's outcome.</summary>
    public static Wire.UUID Uuid(string updateId) => new() { Value = ByteString.CopyFrom(Guid.ParseExact(updateId, "N").ToByteArray(bigEndian: true)) };

    /// <summary>The id of an update behind a uuid; null: it is none.</summary>
    public static string? UpdateId(ByteString uuid) => uuid.Length == 16 ? new Guid(uuid.Span, bigEndian: true).ToString("N") : null;

    public static Wire.TaskStatus ToWire(TaskUpdate update, string agentId, string executorId)
    {
        var status = new Wire.TaskStatus
        {
            TaskId = new() { Value = update.TaskId },
            State = ToWire(update.State),
            Source = Wire.TaskStatus.Types.Source.Executor,
            Timestamp = update.Timestamp.ToUnixTimeMilliseconds() / 1000d,
        };
        if (agentId.Length > 0)
            status.AgentId = new() { Value = agentId };
        if (executorId.Length > 0)
            status.ExecutorId = new() { Value = executorId };
        if (update.Message is { } message)
            status.Message = message;
        if (Reason(update.Reason) is { } reason)
            status.Reason = reason;
        if (update.Healthy is { } healthy)
            status.Healthy = healthy;
        if (Addresses(update) is { } container)
            status.ContainerStatus = container;
        if (update.Checks.FirstOrDefault(check => check.Purpose == CheckPurpose.Report) is { } result)
            status.CheckStatus = Check(result);
        return status;
    }

    // The cluster's names are those of the older version of the API.
    internal static Wire.TaskStatus.Types.Reason? Reason(string? reason)
    {
        if (reason is null)
            return null;
        var name = reason.Replace("_SLAVE_", "_AGENT_", StringComparison.Ordinal);
        var value = Wire.TaskStatus.Descriptor.EnumTypes.First(type => type.Name == "Reason").FindValueByName(name);
        return value is null ? null : (Wire.TaskStatus.Types.Reason)value.Number;
    }

    private static Wire.ContainerStatus? Addresses(TaskUpdate update)
    {
        if (update.IpAddresses.IsEmpty && update.ProcessId is null)
            return null;
        var status = new Wire.ContainerStatus();
        if (!update.IpAddresses.IsEmpty)
        {
            var network = new Wire.NetworkInfo();
            foreach (var address in update.IpAddresses)
            {
                network.IpAddresses.Add(new Wire.NetworkInfo.Types.IPAddress
                {
                    Protocol = address.Contains(':', StringComparison.Ordinal) ? Wire.NetworkInfo.Types.Protocol.Ipv6 : Wire.NetworkInfo.Types.Protocol.Ipv4,
                    IpAddress = address,
                });
            }
            status.NetworkInfos.Add(network);
        }
        if (update.ProcessId is { } process)
            status.ExecutorPid = (uint)process;
        return status;
    }

    private static Wire.CheckStatusInfo Check(CheckResult result)
    {
        // Which kind of check it was is told by what came of it: a status of HTTP has three digits.
        var status = new Wire.CheckStatusInfo();
        if (result.Status is >= 100)
        {
            status.Type = Wire.CheckInfo.Types.Type.Http;
            status.Http = new() { StatusCode = (uint)result.Status };
        }
        else if (result.Status is { } exit)
        {
            status.Type = Wire.CheckInfo.Types.Type.Command;
            status.Command = new() { ExitCode = exit };
        }
        else
        {
            status.Type = Wire.CheckInfo.Types.Type.Tcp;
            status.Tcp = new() { Succeeded = result.Success };
        }
        return status;
    }

    public static Wire.TimeInfo Time(DateTimeOffset time) => new() { Nanoseconds = (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100 };
}
