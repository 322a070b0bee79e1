using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>Compares an app with what it shall be and says what to do. The only place where that is decided.</summary>
/// <remarks>
/// Pure and repeatable: what it asks for is expressed as a state (instances that shall end, launches that shall wait), so deciding
/// again before everything took effect asks for nothing twice.
/// </remarks>
public static class AppReconciler
{
    /// <summary>Decides.</summary>
    /// <param name="record">The app as recorded.</param>
    /// <param name="now">The instant.</param>
    public static AppDecision Decide(AppRecord record, DateTimeOffset now)
    {
        var decision = new AppDecision();
        if (record.Target is not { } target || record.Order?.Kind == DeploymentActionKind.Stop)
        {
            StopPlan.Decide(record, decision);
            return decision;
        }
        var census = InstanceCensus.Take(record, target, now, decision);
        var launches = new LaunchPlan(record, target, census, now, decision);
        EvictionPlan.Decide(record, launches, census, target, now, decision);
        ProgressGuard.Decide(record, census, launches, now, decision);
        var rollout = decision.Rollout ?? record.Rollout;
        if (record.Order?.Kind == DeploymentActionKind.Restart && !rollout.Halted)
            RollingPlan.Decide(record, target, rollout, census, launches, now, decision);
        else
            SteadyPlan.Decide(record, target, rollout, census, launches, decision);
        launches.Conclude();
        return decision;
    }
}
