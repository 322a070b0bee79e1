using Platform.Core.Ownership;

namespace Platform.Core.Apps;

/// <summary>Instances that must leave their agent.</summary>
/// <remarks>
/// <para>Those of an agent that drains are replaced first: they go as far as enough others serve, or, where nothing can be started elsewhere and no disruption
/// budget is given, without that. The deadline of the drain ends all waiting. Nomad's <c>migrate</c> and Kubernetes' eviction with a budget do it alike; theirs
/// wait for room, this does not, since an operator who drains the only agent that fits wants it empty.</para>
/// <para>Those that make room for something more important go at once, as far as the app's disruption budget allows.</para>
/// </remarks>
internal static class EvictionPlan
{
    public static void Decide(AppRecord record, LaunchPlan launches, InstanceCensus census, AppTarget target, DateTimeOffset now, AppDecision decision)
    {
        if (census.Leaving.Count == 0)
            return;
        var budget = target.Spec.Extension?.DisruptionBudget;
        // With n wanted and b allowed to be missing, n - b stay healthy.
        var allowed = budget is { } missing ? Math.Max(0, census.Healthy - Math.Max(0, launches.Wanted - missing)) : int.MaxValue;
        var gently = IsGentle(launches, target);
        var drained = gently ? Drained(record, launches, census, budget) : allowed;
        var goal = target.IsResident ? InstanceGoal.Stopped : InstanceGoal.Decommissioned;
        foreach (var instance in census.Leaving.ToList())
        {
            var drains = instance.EvictReason == EvictReasons.Drain;
            if (instance.LeavesBy is { } deadline && deadline <= now)
            {
                decision.Because($"{instance.InstanceId} leaves: {instance.EvictReason}, and its deadline has passed");
            }
            else if (census.Serves(instance) && (drains ? drained : allowed) <= 0)
            {
                decision.Because(drains && gently
                    ? $"{instance.InstanceId} has to leave ({instance.EvictReason}) and waits for its replacement"
                    : $"{instance.InstanceId} has to leave ({instance.EvictReason}) and waits for the disruption budget of {budget}");
                if (instance.LeavesBy is { } later)
                    decision.LookAgain(later);
                continue;
            }
            else
            {
                decision.Because($"{instance.InstanceId} leaves: {instance.EvictReason}");
            }
            if (census.Serves(instance))
            {
                drained = Less(drained);
                allowed = Less(allowed);
            }
            decision.Kill(instance, goal, instance.EvictReason!);
            census.Remove(instance);
        }
    }

    // What cannot be there twice cannot be replaced first; what runs once to its end would run twice.
    private static bool IsGentle(LaunchPlan launches, AppTarget target) => !launches.IsBound && target.Spec.Extension?.RunOnce != true;

    /// <summary>How many that serve may leave a draining agent now.</summary>
    private static int Drained(AppRecord record, LaunchPlan launches, InstanceCensus census, int? budget)
    {
        var minimum = budget is { } missing
            ? Math.Max(0, launches.Wanted - missing)
            : RestartStrategy.Compute(launches.Wanted, launches.Upgrade, bound: false, healthy: 0).MinHealthy;
        var allowed = Math.Max(0, census.Healthy - minimum);
        if (budget is not null)
            return allowed;
        // Launches without room that are there for those that were missing already say nothing of those that leave.
        var turnedAway = record.TurnedAway - Math.Max(0, launches.Wanted - census.Active);
        if (turnedAway <= 0)
            return allowed;
        // Those for whom something comes up elsewhere wait for it.
        var comingUp = census.Current.Concat(census.Old).Count(instance => instance.EvictReason is null && !census.Serves(instance));
        return Math.Max(allowed, census.Leaving.Count - comingUp);
    }

    private static int Less(int allowed) => allowed is 0 or int.MaxValue ? allowed : allowed - 1;
}
