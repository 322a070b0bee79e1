using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>The app shall go with all its instances; volumes go too.</summary>
internal static class StopPlan
{
    public static void Decide(AppRecord record, AppDecision decision)
    {
        var left = 0;
        foreach (var instance in record.Instances)
        {
            if (instance.Parked || instance.State == TaskState.Unreachable)
            {
                // Nothing can be done there now; the task is killed as unknown if its agent comes back.
                decision.Forget(instance);
                continue;
            }
            left++;
            if (instance.Goal != InstanceGoal.Decommissioned)
                decision.Kill(instance, InstanceGoal.Decommissioned, "the app is removed");
        }
        if (record.WaitingForTarget is { IsEmpty: false } forTarget)
            decision.ForTarget = forTarget with { Count = 0, Parked = [] };
        if (record.WaitingForPrevious is { IsEmpty: false } forPrevious)
            decision.ForPrevious = forPrevious with { Count = 0, Parked = [] };
        if (decision.Kills.Count > 0)
            decision.Because($"the app is removed: {decision.Kills.Count} instances are killed");
        if (left == 0 && record.Order is { Kind: DeploymentActionKind.Stop } order)
        {
            decision.Ended = new(order.DeploymentId, order.Kind, null);
            decision.Because("the app is removed: no instance is left");
        }
    }
}
