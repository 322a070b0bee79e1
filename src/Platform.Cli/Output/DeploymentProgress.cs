using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Deployments;

namespace Platform.Cli.Output;

/// <summary>Tells while somebody waits for a deployment what it waits for itself: at once when that changes, and now and then when it does not.</summary>
internal sealed class DeploymentProgress(IPlatformClient client, Terminal terminal, DeploymentHandle deployment)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (string Text, DateTimeOffset At)> _told = new(StringComparer.Ordinal);

    /// <summary>Goes on until it is cancelled. What cannot be asked now is asked later.</summary>
    internal async Task TellAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Period);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await LookAsync(cancellationToken);
                }
                catch (PlatformException)
                {
                    // The control plane restarts, or an app is gone: the wait itself knows what that means.
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The deployment has ended, or nobody waits any more.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (await deployment.GetAsync(cancellationToken) is not { } running)
            return;
        var queue = await client.Apps.ListQueueAsync(cancellationToken);
        foreach (var id in running.AffectedApps)
            Tell(id, await AppAsync(id, queue, cancellationToken));
        foreach (var id in running.AffectedPods)
            Tell(id, await PodAsync(id, cancellationToken));
    }

    private async Task<string> AppAsync(string id, IReadOnlyList<JsonObject> queue, CancellationToken cancellationToken)
    {
        var app = await client.Apps.Get(id).GetAsync(cancellationToken);
        var health = AppRendering.Health(app) is var healthy && healthy == "-" ? "" : $", healthy {healthy}";
        return $"{app.TasksRunning} of {app.Instances} running{health}"
            + Then(WaitingRendering.Summary(WaitingRendering.Find(queue, id)))
            + Then(app.LastTaskFailure is { } failure && failure.Timestamp >= DateTimeOffset.UtcNow - LongestSilence ? $"last end: {failure.State}: {failure.Message}" : null);
    }

    private async Task<string> PodAsync(string id, CancellationToken cancellationToken)
    {
        var pod = await client.Pods.Get(id).GetAsync(cancellationToken);
        return $"{pod.Instances.Count(instance => instance.Status == "STABLE")} of {pod.Spec.Scaling.Instances} stable"
            + Then(pod.Message)
            + Then(pod.TerminationHistory is [var last, ..] && last.TerminatedAt >= DateTimeOffset.UtcNow - LongestSilence ? $"last end: {last.Message}" : null);
    }

    private void Tell(string id, string text)
    {
        var now = DateTimeOffset.UtcNow;
        if (_told.TryGetValue(id, out var before) && before.Text == text && now - before.At < LongestSilence)
            return;
        _told[id] = (text, now);
        terminal.Line($"  {id}: {text}");
    }

    private static string Then(string? text) => string.IsNullOrEmpty(text) ? "" : "; " + text;
}
