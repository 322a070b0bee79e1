using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Grains.Ownership;

namespace Platform.Grains.Groups;

/// <summary>Apps follow the changes of their secrets: what they have yet to follow is on record, and forgotten with the write that makes them.</summary>
public sealed partial class GroupGrain
{
    private readonly HashSet<string> _telling = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task SecretsChangedAsync(ValueMap<long> changes)
    {
        ThrowIfBroken();
        _ledger.ChangeSecrets(changes);
        // Also when nothing is new: the write that noted it may still be under way.
        await _writer.WriteAsync();
        FollowSecrets();
    }

    // Called whenever apps may have become free: one that a deployment holds is replaced when that has ended.
    private void FollowSecrets()
    {
        if (_ledger.SecretChanges.Count == 0 || _broken is not null)
            return;
        foreach (var (appId, change) in _ledger.SecretChanges.ToList())
        {
            switch (SecretUse.OnChange(_ledger.Apps[appId].Spec))
            {
                case SecretChange.None:
                    _ledger.FollowedSecrets(appId, change);
                    break;
                case SecretChange.Signal when _telling.Add(appId):
                    TellSecretsAsync(appId).Ignore();
                    break;
            }
        }
        var free = _ledger.SecretChanges.Keys
            .Where(appId => SecretUse.OnChange(_ledger.Apps[appId].Spec) == SecretChange.Restart && !_ledger.Locks.ContainsKey(appId))
            .Order(StringComparer.Ordinal).ToList();
        if (free.Count > 0)
            RollAsync(free).Ignore();
    }

    private async Task RollAsync(List<string> appIds)
    {
        var names = string.Join(", ", appIds);
        var change = new ChangeSet
        {
            Apps = [.. appIds.Select(appId => new AppChange { AppId = appId, Kind = AppChangeKind.Restart, IsPod = _ledger.Apps[appId].Spec.Pod is not null })],
        };
        var decision = _gate.Decide(change, _time.GetUtcNow(), NewId);
        if (!decision.Accepted)
        {
            LogNotRolled(names, decision.Result.Outcome);
            return;
        }
        LogRolls(names);
        // With the same write as the deployment, so that a crash leaves either both or none.
        foreach (var appId in appIds)
            _ledger.FollowedSecrets(appId, long.MaxValue);
        await CarryOutAsync(decision, GroupOf(change), "superseded by a forced change");
    }

    private async Task TellSecretsAsync(string appId)
    {
        try
        {
            while (_ledger.SecretChanges.TryGetValue(appId, out var change) && !_isGone)
            {
                await Insistence.UntilHeardAsync(
                    () => GrainFactory.GetGrain<IAppGrain>(appId).SecretsChangedAsync(change), () => !_isGone && _ledger.SecretChanges.ContainsKey(appId), _time, _logger);
                if (_isGone)
                    return;
                _ledger.FollowedSecrets(appId, change);
                await _writer.WriteAsync();
            }
        }
        finally
        {
            _telling.Remove(appId);
        }
    }
}
