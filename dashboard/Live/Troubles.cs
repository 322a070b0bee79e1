using Platform.Contracts.Agents;
using Platform.Dashboard.Components;
using Platform.Dashboard.Layout;

namespace Platform.Dashboard.Live;

/// <summary>Something that an operator should look at.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Path">Where to mend it.</param>
/// <param name="Word">How it is, in one word.</param>
/// <param name="Tone">The colour of the word.</param>
/// <param name="Why">Why, in one line.</param>
internal sealed record Wrong(string Name, string Path, string Word, string Tone, string Why);

/// <summary>Finds what is wrong, the worst first.</summary>
internal static class Troubles
{
    internal static List<Wrong> Of(ClusterSnapshot cluster, Viewer viewer)
    {
        List<Wrong> found = [];
        foreach (var agent in cluster.Agents.Values)
        {
            if (agent.Condition is AgentCondition.Unreachable)
                found.Add(new(agent.Name, Places.Agent(agent.Id), "Unreachable", "bad", $"nothing heard for {Viewer.Span(viewer.Now - (agent.UnreachableSince ?? viewer.Now))}; {agent.Tasks} tasks were on it"));
        }

        foreach (var app in cluster.Apps.Values.Where(IsTrouble).OrderBy(app => app.Condition).ThenBy(app => app.Id, StringComparer.Ordinal))
            found.Add(new(app.Id, Places.App(app.Id), app.Condition.ToString(), Tones.Of(app.Condition), Why(app, viewer)));
        foreach (var app in cluster.Apps.Values.Where(app => app.AwaitsPromotion))
            found.Add(new(app.Id, Places.App(app.Id), "Promotion", "busy", "the rollout waits at a step for you to promote it"));
        foreach (var job in cluster.Jobs.Values.Where(job => job.Condition == JobCondition.Failed))
            found.Add(new(job.Id, Places.Job(job.Id), "Job failed", "bad", $"the last run failed {(job.LastEnd is { } end ? viewer.Ago(end) : "")}{(job.FailuresInRow > 1 ? $", {job.FailuresInRow} in a row" : "")}"));
        foreach (var job in cluster.Jobs.Values.Where(job => job.Problem is not null))
            found.Add(new(job.Id, Places.Job(job.Id), "Never due", "bad", job.Problem!));
        foreach (var framework in cluster.Frameworks.Values.Where(framework => framework is { RemovedAt: null, IsConnected: false }))
            found.Add(new(framework.Spec.Name, Places.Framework(framework.Id), "Away", "warn", "this framework has no connection: nobody looks after its tasks, and it gets no offers"));
        foreach (var deployment in cluster.Deployments.Where(deployment => deployment.Paused))
            found.Add(new(deployment.Id, Places.Deployment(deployment.Id), "Paused", "warn", "this deployment goes no further until it is resumed"));
        return found;
    }

    internal static bool IsTrouble(AppSummary app) => app.Condition < AppCondition.Deploying;

    internal static string Why(AppSummary app, Viewer viewer) => app.Condition switch
    {
        AppCondition.Unhealthy => $"{app.Unhealthy} of {app.Running} instances fail their health check",
        AppCondition.Delayed => $"instances fail; the next try {viewer.Ago(app.DelayedUntil ?? viewer.Now)}: {app.LastFailure?.Status.Message}",
        AppCondition.Waiting => $"{app.Waiting} of {app.Instances} instances find no place: {app.Reason}",
        AppCondition.Degraded => $"{app.Running} of {app.Instances} instances run",
        _ => "",
    };
}
