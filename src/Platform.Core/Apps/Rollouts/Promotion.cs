using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>Whether the canary step that a rollout has reached may be promoted by a person.</summary>
public static class Promotion
{
    /// <summary>True if a rollout waits at a step.</summary>
    public static bool IsPossible(AppRecord record) =>
        record.Order is { Kind: DeploymentActionKind.Restart } && !record.Rollout.Halted && !record.Rollout.SkipCanary
        && record.Target?.Spec.Extension?.Canary is { } canary && record.Rollout.CanaryStep < canary.StepCount;

    /// <summary>Why the step should not be promoted yet: its new instances do not all serve. Null: they do.</summary>
    /// <param name="record">The app, whose rollout waits at a step.</param>
    /// <param name="now">The instant.</param>
    public static string? Objection(AppRecord record, DateTimeOffset now)
    {
        var decision = new AppDecision();
        var census = InstanceCensus.Take(record, record.Target!, now, decision);
        var launches = new LaunchPlan(record, record.Target!, census, now, decision);
        var gate = CanaryGate.Of(record.Target!, record.Rollout, launches.Wanted);
        return census.CurrentCounted >= gate.NewInstances
            ? null
            : $"{census.CurrentCounted} of {gate.NewInstances} new instances of step {record.Rollout.CanaryStep + 1} are healthy and ready";
    }
}
