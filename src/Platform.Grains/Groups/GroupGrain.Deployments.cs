using Platform.Contracts.Apps;
using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Groups;

namespace Platform.Grains.Groups;

/// <summary>Begins deployments, and sees to it that those which gave way are silent before others act on their apps.</summary>
public sealed partial class GroupGrain
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Who asked for a change waits no longer than this for its deployment to begin: the change is on record.</summary>
    private static readonly TimeSpan AnswerAfter = TimeSpan.FromSeconds(5);

    // Asked to stop; done once they give no orders any more.
    private readonly Dictionary<string, Task> _stops = new(StringComparer.Ordinal);

    // Decided, and not on record yet: nothing of them may leave the gate.
    private readonly HashSet<string> _unwritten = new(StringComparer.Ordinal);
    private bool _isGone;

    // Told to begin.
    private readonly Dictionary<string, Task> _begins = new(StringComparer.Ordinal);

    // Those of them whose start is on its way, or was.
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);

    /// <summary>Begins a deployment, or asks it to go on: a start that is repeated finds one that runs, goes on, or has ended and says so again.</summary>
    /// <param name="deploymentId">The deployment.</param>
    /// <param name="isAsked">True if it asks itself: a start that is on its way may have reached the activation before the one that asks.</param>
    private Task BeginAsync(string deploymentId, bool isAsked = false)
    {
        var running = _begins.GetValueOrDefault(deploymentId);
        if (running is not null && !(isAsked && _started.Contains(deploymentId)))
            return running;
        var begin = BeginWhenFreeAsync(deploymentId);
        if (running is not null)
            begin = Task.WhenAll(running, begin);
        _begins[deploymentId] = begin;
        RemoveAfterAsync(deploymentId, begin).Ignore();
        return begin;
    }

    private async Task RemoveAfterAsync(string deploymentId, Task begin)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_begins.GetValueOrDefault(deploymentId) != begin)
            return;
        _begins.Remove(deploymentId);
        _started.Remove(deploymentId);
    }

    private async Task BeginWhenFreeAsync(string deploymentId)
    {
        while (_ledger.Deployments.TryGetValue(deploymentId, out var start) && !_unwritten.Contains(deploymentId))
        {
            var before = Before(start).ToList();
            if (before.Count == 0)
            {
                _started.Add(deploymentId);
                await InsistAsync(deploymentId, deployment => deployment.StartAsync(start), () => _ledger.Deployments.ContainsKey(deploymentId));
                return;
            }
            await Task.WhenAll(before.Select(StopAsync));
        }
    }

    /// <summary>Deployments that gave way, have an app in common with this one, and may not know it yet.</summary>
    private IEnumerable<string> Before(DeploymentStart start)
    {
        if (_ledger.Abandoned.Count == 0)
            return [];
        var apps = GroupLedger.AppsOf(start).ToHashSet(StringComparer.Ordinal);
        return _ledger.Abandoned
            .Where(abandoned => _stops.GetValueOrDefault(abandoned.Key) is not { IsCompletedSuccessfully: true } && abandoned.Value.Apps.Any(apps.Contains))
            .Select(abandoned => abandoned.Key);
    }

    private Task StopAsync(string deploymentId)
    {
        if (_stops.TryGetValue(deploymentId, out var running))
            return running;
        if (!_ledger.Abandoned.TryGetValue(deploymentId, out var abandoned))
            return Task.CompletedTask;
        return _stops[deploymentId] = StopAsync(deploymentId, abandoned.Reason);
    }

    private async Task StopAsync(string deploymentId, string reason)
    {
        await InsistAsync(deploymentId, deployment => deployment.AbandonAsync(reason), () => true);
        // Being told to begin comes too late now, but must not come after everything was forgotten.
        if (_begins.TryGetValue(deploymentId, out var begin))
            await begin.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    // The orders of those that begin are the first thing that the apps hear; what is left of the old ones goes then.
    private async Task LetGoAsync(string deploymentId, Task begun)
    {
        await begun;
        if (!_ledger.Abandoned.TryGetValue(deploymentId, out var abandoned))
            return;
        await InsistAsync(deploymentId, deployment => deployment.LetGoAsync(abandoned, abandoned.Apps.Where(_ledger.Locks.ContainsKey).ToValueList()), () => true);
        _ledger.Forget(deploymentId);
        await _writer.WriteAsync();
        _stops.Remove(deploymentId);
        await GrainFactory.GetGrain<IDeploymentGrain>(deploymentId).ForgetAsync();
    }

    /// <summary>Calls a deployment until it has answered, or the call is no longer wanted.</summary>
    private async Task InsistAsync(string deploymentId, Func<IDeploymentGrain, Task> call, Func<bool> isWanted)
    {
        while (isWanted())
        {
            if (_isGone)
                throw new OperationCanceledException("The gate that follows this one goes on.");
            try
            {
                await PatientCall.AskAsync(() => call(GrainFactory.GetGrain<IDeploymentGrain>(deploymentId)), () => isWanted() && !_isGone, _time);
                return;
            }
            catch (Exception failure) when (!_isGone)
            {
                LogDeploymentSilent(failure, deploymentId, AskAgainAfter);
            }
            await Task.Delay(AskAgainAfter, _time);
        }
    }

    // What takes longer goes on by itself.
    private async Task AnswerInTimeAsync(Task work)
    {
        try
        {
            await work.WaitAsync(AnswerAfter, _time);
        }
        catch (TimeoutException)
        {
            work.Ignore();
        }
        catch (OperationCanceledException) when (_isGone)
        {
            // The gate that follows this one goes on with what is on record.
        }
    }

    private Task ResumeAsync()
    {
        var abandoned = _ledger.Abandoned.Keys.Where(id => !_stops.ContainsKey(id)).ToList();
        var begun = Task.WhenAll([.. _ledger.DeploymentOrder.Select(id => BeginAsync(id)), .. abandoned.Select(StopAsync)]);
        begun.Ignore();
        foreach (var id in abandoned)
            LetGoAsync(id, begun).Ignore();
        FollowSecrets();
        return Task.CompletedTask;
    }
}
