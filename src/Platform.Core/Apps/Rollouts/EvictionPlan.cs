namespace Platform.Core.Apps;

/// <summary>Instances that must leave their agent (drain, preemption) go as far as the app's disruption budget allows.</summary>
internal static class EvictionPlan
{
    public static void Decide(LaunchPlan launches, InstanceCensus census, AppTarget target, AppDecision decision)
    {
        if (census.Leaving.Count == 0)
            return;
        var budget = target.Spec.Extension?.DisruptionBudget;
        // With n wanted and b allowed to be missing, n - b stay healthy.
        var allowed = budget is { } missing ? Math.Max(0, census.Healthy - Math.Max(0, launches.Wanted - missing)) : int.MaxValue;
        var goal = target.IsResident ? InstanceGoal.Stopped : InstanceGoal.Decommissioned;
        foreach (var instance in census.Leaving.ToList())
        {
            if (instance.IsHealthy && allowed-- <= 0)
            {
                decision.Because($"{instance.InstanceId} has to leave ({instance.EvictReason}) and waits for the disruption budget of {budget}");
                continue;
            }
            decision.Kill(instance, goal, instance.EvictReason!);
            decision.Because($"{instance.InstanceId} leaves: {instance.EvictReason}");
            census.Remove(instance);
        }
    }
}
