using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Tasks;
using Platform.Grains.Events;

namespace Platform.Grains.Apps;

/// <summary>What health checks show, as events.</summary>
internal static class HealthEvents
{
    /// <summary>Checks of a configuration begin when it becomes the one to reach, and are over when it is neither that nor the one to go back to.</summary>
    public static void TellBegin(ICollection<PlatformEvent> events, AppStore store, AppVersion target, DateTimeOffset now)
    {
        var config = target.LastConfigChangeAt;
        if (store.Target?.ConfigVersion == config)
            return;
        if (store.Previous?.ConfigVersion != config)
            Begin(events, AppStore.TargetOf(target)!, now);
        if (store.Target is not null && store.Previous is not null)
            End(events, store.Target, now);
    }

    /// <summary>With the order the definition before it is gone, and with a stop the app.</summary>
    public static void TellEnd(ICollection<PlatformEvent> events, AppStore store, DeploymentActionKind ended, DateTimeOffset now)
    {
        if (store.Previous is not null)
            End(events, store.Previous, now);
        if (ended == DeploymentActionKind.Stop && store.Target is not null)
            End(events, store.Target, now);
    }

    private static void Begin(ICollection<PlatformEvent> events, AppTarget target, DateTimeOffset now)
    {
        foreach (var check in target.Spec.HealthChecks)
            events.Add(now, new HealthCheckBegun(target.Spec.Id, target.Version, check));
    }

    private static void End(ICollection<PlatformEvent> events, AppTarget target, DateTimeOffset now)
    {
        foreach (var check in target.Spec.HealthChecks)
            events.Add(now, new HealthCheckEnded(target.Spec.Id, target.Version, check));
    }

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
                events.Add(now, Failed(spec, appId, after, result));
            if (result.Success != (earlier?.Success ?? false))
                events.Add(now, Turned(appId, after, result.Success));
        }
        if (!told && (before.Healthy ?? false) != (after.Healthy ?? false))
            events.Add(now, Turned(appId, after, after.Healthy ?? false));
    }

    /// <summary>An instance is killed because a check failed too often.</summary>
    public static UnhealthyInstanceKilled Kill(string appId, InstanceState instance, TaskUpdate update) =>
        new(appId, instance.TaskId, instance.InstanceId, instance.Version, CauseOf(update) ?? update.Message ?? "unknown", instance.Host, instance.AgentId);

    private static HealthCheckFailed Failed(AppSpec? spec, string appId, InstanceState instance, CheckResult result) => new(
        appId,
        instance.TaskId,
        instance.InstanceId,
        // The health checks of a definition are the first of its tasks' checks.
        spec is not null && result.Index < spec.HealthChecks.Count ? spec.HealthChecks[result.Index] : null,
        result.LastFailureCause ?? result.Message ?? "unknown",
        result.ConsecutiveFailures);

    private static HealthCheckTurned Turned(string appId, InstanceState instance, bool alive) => new(appId, instance.InstanceId, instance.Version, alive);

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
