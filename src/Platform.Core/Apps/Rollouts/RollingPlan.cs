namespace Platform.Core.Apps;

/// <summary>Old instances are replaced by those of the target, step by step: never fewer healthy ones than the minimum, never more places than the maximum.</summary>
internal static class RollingPlan
{
    public static void Decide(AppRecord record, AppTarget target, RolloutState reached, InstanceCensus census, LaunchPlan launches, DateTimeOffset now, AppDecision decision)
    {
        var wanted = launches.Wanted;
        var rollout = Promote(reached, target, census, launches, now, decision);
        var gate = CanaryGate.Of(target, rollout, wanted);
        var strategy = RestartStrategy.Compute(wanted, launches.Upgrade, launches.IsBound, census.Healthy);
        var capacity = strategy.MaxCapacity;
        if (target.Spec.Extension?.Canary is { BlueGreen: true } && !rollout.SkipCanary && !launches.IsBound)
            capacity = Math.Max(capacity, 2 * wanted);

        KillSurplus(target, census, launches, gate, strategy, decision);
        KillOld(target, census, launches, gate, strategy, decision);
        // Who has to leave and may not yet is replaced first; that takes room for one more at least.
        if (census.Leaving.Count > 0 && !launches.IsBound)
            capacity = Math.Max(capacity, wanted + 1);
        launches.ForTarget((launches.IsSystem ? wanted : gate.NewInstances) - Staying(census.Current, launches), capacity);
        if (!gate.Open)
            launches.ForPrevious(Math.Min(gate.OldKept, wanted) - Staying(census.Old, launches), capacity);

        if (gate.Open && IsReached(census, launches))
        {
            decision.Ended = new(record.Order!.DeploymentId, record.Order.Kind, null);
            decision.Because($"rolled out: {census.CurrentCounted} of {wanted} new instances are healthy and ready, no old one is left");
        }
    }

    private static bool IsReached(InstanceCensus census, LaunchPlan launches) =>
        census.Old.Count == 0 && census.Ending == 0 && launches.Waiting == 0
        && census.Current.Count == launches.Wanted && census.CurrentCounted == launches.Wanted;

    /// <summary>Opens the next canary step when the present one was healthy long enough, or at once when a person says so.</summary>
    private static RolloutState Promote(
        RolloutState reached, AppTarget target, InstanceCensus census, LaunchPlan launches, DateTimeOffset now, AppDecision decision)
    {
        var rollout = reached;
        if (target.Spec.Extension?.Canary is not { } canary)
            return rollout;
        var gate = CanaryGate.Of(target, rollout, launches.Wanted);
        if (gate.Open)
            return rollout;
        var healthy = census.Current.Count >= gate.NewInstances && census.CurrentCounted >= gate.NewInstances;
        var since = healthy ? rollout.StepHealthySince ?? now : (DateTimeOffset?)null;
        var due = canary.PromoteAfterSeconds is { } seconds ? since?.AddSeconds(seconds) : null;
        if (rollout.PromoteRequested || due <= now)
        {
            decision.Because($"canary step {rollout.CanaryStep + 1} is promoted: {(rollout.PromoteRequested ? "by request" : $"healthy since {since:O}")}");
            rollout = rollout with { CanaryStep = rollout.CanaryStep + 1, StepHealthySince = null, PromoteRequested = false, ProgressAt = now };
            decision.LookAgain(now);
        }
        else
        {
            rollout = rollout with { StepHealthySince = since };
            if (due is { } later)
                decision.LookAgain(later);
        }
        if (rollout != reached)
            decision.Rollout = rollout;
        return rollout;
    }

    // More new instances than there may be: the number was lowered, or a cancelled rollout left them. Those that do not serve go first.
    private static void KillSurplus(
        AppTarget target, InstanceCensus census, LaunchPlan launches, CanaryGate gate, RestartStrategy strategy, AppDecision decision)
    {
        var surplus = Staying(census.Current, launches) - gate.NewInstances;
        if (surplus <= 0 || launches.IsSystem)
            return;
        // Those that leave their agents are not too many: they go when they are replaced.
        var staying = launches.IsBound ? census.Current : census.Current.FindAll(instance => instance.EvictReason is null);
        var idle = KillOrder.Choose(staying.FindAll(instance => !instance.Counts), target.Spec, surplus);
        var allowed = Math.Min(surplus - idle.Count, Math.Max(0, census.Healthy - Floor(launches, strategy)));
        var serving = KillOrder.Choose(staying.FindAll(instance => instance.Counts), target.Spec, allowed);
        foreach (var instance in idle.Concat(serving))
        {
            decision.Kill(instance, Goal(target), "there are more new instances than wanted");
            census.Remove(instance);
        }
        if (idle.Count + serving.Count > 0)
            decision.Because($"{idle.Count + serving.Count} new instances are killed: there are {surplus} more than wanted");
    }

    private static void KillOld(
        AppTarget target, InstanceCensus census, LaunchPlan launches, CanaryGate gate, RestartStrategy strategy, AppDecision decision)
    {
        var surplus = census.Old.Count - gate.OldKept;
        if (surplus <= 0)
            return;
        var order = KillOrder.Choose(census.Old, target.Spec, census.Old.Count);
        // The count may have shrunk by instances that are evicted or are too many; what stays must still be the minimum.
        var allowed = Math.Max(0, Math.Min(strategy.KillNow, census.Healthy - Floor(launches, strategy)));
        var killed = 0;
        var staying = Staying(census.Old, launches);
        foreach (var instance in order)
        {
            if (killed == surplus)
                break;
            var leaves = !launches.IsBound && instance.EvictReason is not null;
            if (!leaves && staying <= gate.OldKept)
                break;
            if (instance.IsHealthy && allowed-- <= 0)
                continue;
            staying -= leaves ? 0 : 1;
            decision.Kill(instance, Goal(target), instance.IsHealthy ? "replaced by a new version" : "not healthy, and replaced by a new version");
            census.Remove(instance);
            killed++;
        }
        if (killed > 0)
        {
            decision.Because(
                $"{killed} old instances are killed: {census.Healthy} healthy ones stay, the minimum is {strategy.MinHealthy} and the maximum {strategy.MaxCapacity}");
        }
    }

    // Those that leave their agents and cannot be doubled are replaced when they are gone.
    private static int Staying(List<InstanceState> instances, LaunchPlan launches) =>
        launches.IsBound ? instances.Count : instances.Count(instance => instance.EvictReason is null);

    // An app whose instances cannot be doubled goes one below a minimum that equals the maximum; nothing could move otherwise.
    private static int Floor(LaunchPlan launches, RestartStrategy strategy) =>
        launches.IsBound && strategy.MinHealthy == strategy.MaxCapacity ? strategy.MinHealthy - 1 : strategy.MinHealthy;

    private static InstanceGoal Goal(AppTarget target) => target.IsResident ? InstanceGoal.Stopped : InstanceGoal.Decommissioned;
}
