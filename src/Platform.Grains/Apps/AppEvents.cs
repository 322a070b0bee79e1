using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Tasks;
using Platform.Grains.Events;

namespace Platform.Grains.Apps;

/// <summary>What happens with an app's instances, as events in Marathon's shapes.</summary>
internal static class AppEvents
{
    /// <summary>Adds an event for each task that a report has brought into another state.</summary>
    public static void AddStatusUpdates(
        ICollection<PlatformEvent> events, string appId, InstanceState before, InstanceState after, TaskUpdate update, DateTimeOffset now)
    {
        if (!after.IsPod)
        {
            if (before.State != update.State || update.State.IsTerminal())
                events.Add(StatusUpdate(appId, before, update, now));
            return;
        }
        for (var i = 0; i < after.Containers.Count; i++)
        {
            if (before.Containers[i].State != after.Containers[i].State)
                events.Add(StatusUpdate(appId, before, after.Containers[i].LastStatus!, now));
        }
    }

    private static PlatformEvent StatusUpdate(string appId, InstanceState instance, TaskUpdate update, DateTimeOffset now) =>
        PlatformEvents.Create("status_update_event", now, (appId, instance, update), static (json, state) =>
        {
            var (appId, instance, update) = state;
            json.WriteString("slaveId"u8, instance.AgentId);
            json.WriteString("taskId"u8, update.TaskId);
            json.WriteString("taskStatus"u8, update.State.ToWireName());
            json.WriteString("message"u8, update.Message ?? "");
            json.WriteString("appId"u8, appId);
            json.WriteString("host"u8, instance.Host);
            json.WriteStartArray("ipAddresses"u8);
            foreach (var address in update.IpAddresses)
            {
                json.WriteStartObject();
                json.WriteString("ipAddress"u8, address);
                json.WriteString("protocol"u8, address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("ports"u8);
            foreach (var port in instance.Ports)
            {
                if (port > 0)
                    json.WriteNumberValue(port);
            }
            json.WriteEndArray();
            json.WriteString("version"u8, instance.Version);
        });

    public static PlatformEvent InstanceChanged(string appId, InstanceState instance, TaskState condition, DateTimeOffset now) =>
        PlatformEvents.Create("instance_changed_event", now, (appId, instance, condition), static (json, state) =>
        {
            json.WriteString("instanceId"u8, state.instance.InstanceId);
            json.WriteString("condition"u8, ConditionOf(state.condition));
            json.WriteString("runSpecId"u8, state.appId);
            json.WriteString("agentId"u8, state.instance.AgentId);
            json.WriteString("host"u8, state.instance.Host);
            json.WriteString("runSpecVersion"u8, state.instance.Version);
        });

    public static PlatformEvent HealthChanged(string appId, InstanceState instance, DateTimeOffset now) =>
        PlatformEvents.Create("instance_health_changed_event", now, (appId, instance), static (json, state) =>
        {
            json.WriteString("instanceId"u8, state.instance.InstanceId);
            json.WriteString("runSpecId"u8, state.appId);
            if (state.instance.Healthy is { } healthy)
                json.WriteBoolean("healthy"u8, healthy);
            else
                json.WriteNull("healthy"u8);
            json.WriteString("runSpecVersion"u8, state.instance.Version);
        });

    public static PlatformEvent AppTerminated(string appId, DateTimeOffset now) =>
        PlatformEvents.Create("app_terminated_event", now, appId, static (json, state) => json.WriteString("appId"u8, state));

    public static PlatformEvent UnknownInstanceTerminated(string appId, TaskUpdate update, DateTimeOffset now) =>
        PlatformEvents.Create("unknown_instance_terminated_event", now, (appId, update), static (json, state) =>
        {
            json.WriteString("instanceId"u8, InstanceIds.InstanceOf(state.update.TaskId));
            json.WriteString("runSpecId"u8, state.appId);
            json.WriteString("condition"u8, ConditionOf(state.update.State));
        });

    /// <summary>Marathon has no such event: the number of instances follows the load.</summary>
    public static PlatformEvent Autoscaled(string appId, string version, AutoscalingStatus decision) =>
        PlatformEvents.Create("autoscaling_event", decision.At, (appId, version, decision), static (json, state) =>
        {
            json.WriteString("appId"u8, state.appId);
            json.WriteString("version"u8, state.version);
            json.WriteNumber("from"u8, state.decision.Before);
            json.WriteNumber("to"u8, state.decision.Instances);
            json.WriteString("arithmetic"u8, state.decision.Arithmetic);
        });

    /// <summary>Marathon's name of a condition: <c>TASK_RUNNING</c> is <c>Running</c>.</summary>
    private static string ConditionOf(TaskState state) => state switch
    {
        TaskState.Staging => "Staging",
        TaskState.Starting => "Starting",
        TaskState.Running => "Running",
        TaskState.Killing => "Killing",
        TaskState.Finished => "Finished",
        TaskState.Failed => "Failed",
        TaskState.Killed => "Killed",
        TaskState.Unreachable => "Unreachable",
        TaskState.Dropped => "Dropped",
        TaskState.Error => "Error",
        TaskState.Lost or TaskState.Gone or TaskState.GoneByOperator => "Gone",
        _ => "Unknown",
    };
}
