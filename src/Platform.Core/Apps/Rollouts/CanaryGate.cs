namespace Platform.Core.Apps;

/// <summary>How many new instances a rollout may have now, and how many old ones it keeps.</summary>
/// <param name="NewInstances">So many new instances.</param>
/// <param name="OldKept">So many old ones stay beside them.</param>
/// <param name="Open">No step holds the rollout back.</param>
internal readonly record struct CanaryGate(int NewInstances, int OldKept, bool Open)
{
    /// <summary>The gate of the step that the rollout has reached.</summary>
    public static CanaryGate Of(AppTarget target, RolloutState rollout, int wanted)
    {
        if (target.Spec.Extension?.Canary is not { } canary || rollout.SkipCanary)
            return new(wanted, 0, true);
        if (rollout.CanaryStep >= canary.StepCount)
            return new(wanted, 0, true);
        if (canary.BlueGreen)
            return new(canary.InstancesOf(rollout.CanaryStep, wanted), wanted, false);
        var instances = canary.InstancesOf(rollout.CanaryStep, wanted);
        return new(instances, wanted - instances, false);
    }
}
