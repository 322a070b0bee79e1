using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>An order that makes no progress for too long, or whose new instances fail too often, is given up.</summary>
internal static class ProgressGuard
{
    public static void Decide(AppRecord record, InstanceCensus census, LaunchPlan launches, DateTimeOffset now, AppDecision decision)
    {
        if (record.Order is not { } order || record.Rollout.Halted || record.Target?.Spec.Extension is not { } extension)
            return;
        var rollout = record.Rollout;
        if (extension.FailureBudget is { } budget && rollout.Failures > budget)
        {
            GiveUp(order, rollout, $"{rollout.Failures} new instances failed, the budget is {budget}", decision);
            return;
        }
        if (rollout.GangExpired)
        {
            GiveUp(order, rollout, $"the gang found no room within {extension.GangDeadlineSeconds:0.###} s", decision);
            return;
        }
        if (extension.ProgressDeadlineSeconds is not { } seconds || AwaitsPerson(rollout, extension))
            return;
        var progress = census.CurrentCounted - census.Old.Count - census.OldEnding;
        if (progress > rollout.Progress)
        {
            rollout = rollout with { Progress = progress, ProgressAt = now };
            decision.Rollout = rollout;
        }
        var deadline = rollout.ProgressAt.AddSeconds(seconds);
        if (deadline > now)
        {
            decision.LookAgain(deadline);
            return;
        }
        GiveUp(order, rollout, $"no progress for {seconds:0.###} s: {census.CurrentCounted} of {launches.Wanted} new instances are healthy and ready", decision);
    }

    private static bool AwaitsPerson(RolloutState rollout, AppExtension extension) =>
        rollout.StepHealthySince is not null && extension.Canary is { PromoteAfterSeconds: null };

    private static void GiveUp(ActiveOrder order, RolloutState rollout, string failure, AppDecision decision)
    {
        decision.Ended = new(order.DeploymentId, order.Kind, failure);
        decision.Rollout = rollout with { Halted = true };
        decision.Because($"{(order.Kind == DeploymentActionKind.Restart ? "the rollout" : "scaling")} is given up: {failure}");
    }
}
