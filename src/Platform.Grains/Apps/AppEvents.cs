using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Events;

namespace Platform.Grains.Apps;

/// <summary>What happens with an app's instances, as events.</summary>
internal static class AppEvents
{
    /// <summary>Adds an event for each task that a report has brought into another state.</summary>
    public static void AddStatusUpdates(
        ICollection<PlatformEvent> events, string appId, InstanceState before, InstanceState after, TaskUpdate update, DateTimeOffset now)
    {
        if (!after.IsPod)
        {
            if (before.State != update.State || update.State.IsTerminal())
                events.Add(now, StatusUpdate(appId, before, update));
            return;
        }
        for (var i = 0; i < after.Containers.Count; i++)
        {
            if (before.Containers[i].State != after.Containers[i].State)
                events.Add(now, StatusUpdate(appId, before, after.Containers[i].LastStatus!));
        }
    }

    public static InstanceChanged InstanceChanged(string appId, InstanceState instance, TaskState state) =>
        new(appId, instance.InstanceId, state, instance.AgentId, instance.Host, instance.Version);

    public static InstanceHealthChanged HealthChanged(string appId, InstanceState instance) => new(appId, instance.InstanceId, instance.Healthy, instance.Version);

    /// <summary>Labels of a new definition that cannot be read; null: all can.</summary>
    public static LabelsUnread? LabelsUnread(string appId, AppVersion target) =>
        LabelWarnings.Of(target.Spec) is { Count: > 0 } warnings ? new(appId, target.Version, warnings.ToValueList()) : null;

    public static UnknownInstanceEnded UnknownInstanceEnded(string appId, TaskUpdate update) => new(appId, InstanceIds.InstanceOf(update.TaskId), update.State);

    public static AppAutoscaled Autoscaled(string appId, string version, AutoscalingStatus decision) =>
        new(appId, version, decision.Before, decision.Instances, decision.Arithmetic);

    private static TaskChanged StatusUpdate(string appId, InstanceState instance, TaskUpdate update) =>
        new(appId, instance.AgentId, instance.Host, update.TaskId, update.State, update.Message, update.IpAddresses, instance.Ports, instance.Version);
}
