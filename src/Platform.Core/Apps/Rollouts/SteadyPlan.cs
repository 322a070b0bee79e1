using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>The number of instances is reached and kept. Instances of an older configuration are left alone, as Marathon does when it scales.</summary>
internal static class SteadyPlan
{
    public static void Decide(AppRecord record, AppTarget target, RolloutState rollout, InstanceCensus census, LaunchPlan launches, AppDecision decision)
    {
        KillSentenced(record, target, census, decision);
        var leaving = census.Leaving.Count;
        var staying = census.Active - leaving;
        var surplus = launches.IsSystem || rollout.Halted || record.IsHeld ? 0 : staying - launches.Wanted;
        if (surplus > 0)
            KillSurplus(record, target, census, surplus, decision);

        // Somebody who has to leave and may not yet is replaced first; that takes room for one more at least.
        var capacity = RestartStrategy.Compute(launches.Wanted, launches.Upgrade, launches.IsBound, 0).MaxCapacity;
        if (leaving > 0 && !launches.IsBound)
            capacity = Math.Max(capacity, launches.Wanted + 1);
        var missing = launches.Wanted - (census.Active - leaving);
        if (rollout.Halted && record.Previous is not null)
            launches.ForPrevious(missing, capacity);
        else
            launches.ForTarget(missing, capacity);

        if (record.Order is { } order && !rollout.Halted && IsReached(order, census, launches))
        {
            decision.Ended = new(order.DeploymentId, order.Kind, null);
            decision.Because(order.Kind == DeploymentActionKind.Start
                ? "the app is known"
                : $"scaled: {census.Healthy} of {launches.Wanted} instances are healthy and ready");
        }
    }

    private static bool IsReached(ActiveOrder order, InstanceCensus census, LaunchPlan launches) => order.Kind == DeploymentActionKind.Start
        || (census.Active == launches.Wanted && (census.Active > 0 || !launches.IsSystem) && census.Healthy == launches.Wanted && census.Ending == 0 && launches.Waiting == 0);

    private static void KillSentenced(AppRecord record, AppTarget target, InstanceCensus census, AppDecision decision)
    {
        if (record.Order is not { } order || order.KillFirst.IsEmpty)
            return;
        var sentenced = new HashSet<string>(order.KillFirst, StringComparer.Ordinal);
        var goal = target.IsResident && !order.Wipe ? InstanceGoal.Stopped : InstanceGoal.Decommissioned;
        foreach (var instance in record.Instances)
        {
            if (instance.Doomed || !sentenced.Contains(instance.TaskId) || decision.IsKilled(instance))
                continue;
            decision.Kill(instance, goal, "killed and scaled by request");
            census.Remove(instance);
        }
        if (decision.Kills.Count > 0)
            decision.Because($"{decision.Kills.Count} instances are killed by request");
    }

    private static void KillSurplus(AppRecord record, AppTarget target, InstanceCensus census, int surplus, AppDecision decision)
    {
        var goal = target.IsResident ? InstanceGoal.Stopped : InstanceGoal.Decommissioned;
        var staying = census.Old.Concat(census.Current).Where(instance => instance.EvictReason is null).ToList();
        var reason = record.Order is null ? "there are more instances than wanted" : "the app is scaled down";
        foreach (var instance in KillOrder.Choose(staying, target.Spec, surplus))
        {
            decision.Kill(instance, goal, reason);
            census.Remove(instance);
        }
        decision.Because($"{surplus} instances are killed: {reason}");
    }
}
