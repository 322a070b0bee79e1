using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Tasks;
using Platform.Grains.Events;

namespace Platform.Grains.Apps;

/// <summary>What health checks show, as events in Marathon's shapes.</summary>
internal static class HealthEvents
{
    private const string Begin = "add_health_check_event";
    private const string Over = "remove_health_check_event";

    /// <summary>Checks of a configuration begin when it becomes the one to reach, and are over when it is neither that nor the one to go back to.</summary>
    public static void TellBegin(ICollection<PlatformEvent> events, AppStore store, AppVersion target, DateTimeOffset now)
    {
        var config = target.LastConfigChangeAt;
        if (store.Target?.ConfigVersion == config)
            return;
        if (store.Previous?.ConfigVersion != config)
            Checks(events, Begin, AppStore.TargetOf(target)!, now);
        if (store.Target is not null && store.Previous is not null)
            Checks(events, Over, store.Target, now);
    }

    /// <summary>With the order the definition before it is gone, and with a stop the app.</summary>
    public static void TellEnd(ICollection<PlatformEvent> events, AppStore store, DeploymentActionKind ended, DateTimeOffset now)
    {
        if (store.Previous is not null)
            Checks(events, Over, store.Previous, now);
        if (ended == DeploymentActionKind.Stop && store.Target is not null)
            Checks(events, Over, store.Target, now);
    }

    private static void Checks(ICollection<PlatformEvent> events, string type, AppTarget target, DateTimeOffset now)
    {
        foreach (var told in Checks(type, target, now))
            events.Add(told);
    }

    private static IEnumerable<PlatformEvent> Checks(string type, AppTarget target, DateTimeOffset now) => target.Spec.HealthChecks.Select(check =>
        PlatformEvents.Create(type, now, (target, check), static (json, state) =>
        {
            json.WriteString("appId"u8, state.target.Spec.Id);
            json.WriteString("version"u8, state.target.Version);
            json.WritePropertyName("healthCheck"u8);
            HealthCheckJson.Write(json, state.check);
        }));

    /// <summary>What a report says that the one before did not: checks that failed (again), and checks that turned.</summary>
    /// <remarks>As in Marathon each check is told of by itself, and a check that has never succeeded counts as not alive.</remarks>
    public static void Tell(ICollection<PlatformEvent> events, AppSpec? spec, string appId, InstanceState before, InstanceState after, DateTimeOffset now)
    {
        if (after.State != TaskState.Running)
            return;
        var told = false;
        foreach (var result in after.LastStatus?.Checks ?? default)
        {
            if (result.Purpose != CheckPurpose.Health)
                continue;
            told = true;
            var earlier = ResultOf(before, result.Index);
            if (!result.Success && (earlier is null || earlier.Timestamp < result.Timestamp))
                events.Add(Failed(spec, appId, after, result, now));
            if (result.Success != (earlier?.Success ?? false))
                events.Add(StatusChanged(appId, after, result.Success, now));
        }
        if (!told && (before.Healthy ?? false) != (after.Healthy ?? false))
            events.Add(StatusChanged(appId, after, after.Healthy ?? false, now));
    }

    /// <summary>An instance is killed because a check failed too often.</summary>
    public static PlatformEvent Kill(string appId, InstanceState instance, TaskUpdate update, DateTimeOffset now) =>
        PlatformEvents.Create("unhealthy_instance_kill_event", now, (appId, instance, update), static (json, state) =>
        {
            json.WriteString("appId"u8, state.appId);
            json.WriteString("taskId"u8, state.instance.TaskId);
            json.WriteString("instanceId"u8, state.instance.InstanceId);
            json.WriteString("version"u8, state.instance.Version);
            json.WriteString("reason"u8, CauseOf(state.update) ?? state.update.Message ?? "unknown");
            json.WriteString("host"u8, state.instance.Host);
            json.WriteString("slaveId"u8, state.instance.AgentId);
        });

    private static PlatformEvent Failed(AppSpec? spec, string appId, InstanceState instance, CheckResult result, DateTimeOffset now) =>
        PlatformEvents.Create("failed_health_check_event", now, (spec, appId, instance, result), static (json, state) =>
        {
            json.WriteString("appId"u8, state.appId);
            json.WriteString("taskId"u8, state.instance.TaskId);
            json.WriteString("instanceId"u8, state.instance.InstanceId);
            // The health checks of a definition are the first of its tasks' checks.
            if (state.spec is { } spec && state.result.Index < spec.HealthChecks.Count)
            {
                json.WritePropertyName("healthCheck"u8);
                HealthCheckJson.Write(json, spec.HealthChecks[state.result.Index]);
            }
            json.WriteString("reason"u8, state.result.LastFailureCause ?? state.result.Message ?? "unknown");
            json.WriteNumber("consecutiveFailures"u8, state.result.ConsecutiveFailures);
        });

    private static PlatformEvent StatusChanged(string appId, InstanceState instance, bool alive, DateTimeOffset now) =>
        PlatformEvents.Create("health_status_changed_event", now, (appId, instance, alive), static (json, state) =>
        {
            json.WriteString("appId"u8, state.appId);
            json.WriteString("instanceId"u8, state.instance.InstanceId);
            json.WriteString("version"u8, state.instance.Version);
            json.WriteBoolean("alive"u8, state.alive);
        });

    private static CheckResult? ResultOf(InstanceState instance, int index)
    {
        foreach (var result in instance.LastStatus?.Checks ?? default)
        {
            if (result.Index == index)
                return result;
        }
        return null;
    }

    private static string? CauseOf(TaskUpdate update)
    {
        CheckResult? worst = null;
        foreach (var result in update.Checks)
        {
            if (result is { Purpose: CheckPurpose.Health, Success: false } && result.ConsecutiveFailures > (worst?.ConsecutiveFailures ?? 0))
                worst = result;
        }
        return worst?.LastFailureCause;
    }
}
