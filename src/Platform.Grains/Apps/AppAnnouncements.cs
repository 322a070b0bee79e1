using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Registry;

namespace Platform.Grains.Apps;

/// <summary>Tells the registry where an app's instances are reached, and lets them leave it before they are stopped.</summary>
internal sealed class AppAnnouncements(string appId, string owner, AppStore store, IGrainFactory grains, Action freed, TimeProvider time, ILogger logger)
{
    private readonly EndpointAnnouncer _announcer = new(AppEndpoints.ServiceOf(appId), owner, change => grains.GetGrain<IRegistryGrain>(0).ApplyAsync([change]), time, logger);
    private readonly Dictionary<string, (InstanceState Instance, List<string> Ids)> _endpoints = new(StringComparer.Ordinal);
    private readonly EndpointDrains _drains = new(() => grains.GetGrain<IRegistryGrain>(0), freed, time, logger);
    private (double?, double?) _shares;
    private AppTarget? _asleep;
    private List<string> _sleepers = [];
    private Dictionary<string, InstanceState?> _changed = new(StringComparer.Ordinal);

    private IRegistryGrain Registry => grains.GetGrain<IRegistryGrain>(0);

    /// <summary>Takes note of an instance that is new, has changed or is gone (null).</summary>
    public void Changed(string instanceId, InstanceState? instance) => _changed[instanceId] = instance;

    /// <summary>What has changed until now. It is to be told when it is stored.</summary>
    public IReadOnlyCollection<KeyValuePair<string, InstanceState?>> Take()
    {
        if (_changed.Count == 0)
            return [];
        var changed = _changed;
        _changed = new(StringComparer.Ordinal);
        return changed;
    }

    /// <summary>Tells of changes that are stored; nothing waits for it.</summary>
    public void Tell(IReadOnlyCollection<KeyValuePair<string, InstanceState?>> changes)
    {
        foreach (var (instanceId, instance) in changes)
            Tell(instanceId, instance);
        if (TellShares() | TellAsleep() || changes.Count > 0)
            _announcer.Announce();
        _drains.Begin();
    }

    /// <summary>Tells of everything that is stored, and that there is nothing else: an earlier activation may have died between a write and its telling.</summary>
    public void TellStored()
    {
        Tell(Take());
        _announcer.TellAll(evenNothing: true);
    }

    /// <summary>The registry has begun anew: it is told everything, or that there is nothing.</summary>
    public void TellAll()
    {
        if (_announcer.HasAnything)
            _announcer.TellAll();
        else
            Registry.NothingToTellAsync(owner).Ignore();
    }

    /// <summary>Until when an instance that has to end goes on: until nobody is sent to it any more, and then until what is under way has ended, for its drain time at most. Null: it may be stopped.</summary>
    public DateTimeOffset? DrainsUntil(InstanceState instance, DateTimeOffset now) =>
        _endpoints.TryGetValue(instance.InstanceId, out var endpoints) && instance.State == TaskState.Running && (store.SpecOf(instance) ?? store.Target?.Spec) is { } spec
            ? _drains.HeldUntil(_announcer, instance.TaskId, AppEndpoints.IsBalanced(spec) ? endpoints.Ids.ToValueList() : default, AppEndpoints.DrainTime(spec), now)
            : null;

    private void Tell(string instanceId, InstanceState? instance)
    {
        var endpoints = instance is not null && (store.SpecOf(instance) ?? store.Target?.Spec) is { } spec
            ? AppEndpoints.Of(spec, instance, owner).Select(endpoint => endpoint with { Share = ShareOf(instance) }).ToList()
            : [];
        if (_endpoints.TryGetValue(instanceId, out var known))
        {
            foreach (var id in known.Ids)
            {
                if (endpoints.Exists(endpoint => endpoint.Id == id))
                    continue;
                _announcer.Remove(id);
                _drains.Forget(id);
            }
        }
        foreach (var endpoint in endpoints)
            _announcer.Set(endpoint);
        if (endpoints.Count > 0)
            _endpoints[instanceId] = (instance!, endpoints.ConvertAll(endpoint => endpoint.Id));
        else
            _endpoints.Remove(instanceId);
        if (instance is null or { State: not TaskState.Running })
            _drains.Forget(instance?.TaskId ?? "");
    }

    /// <summary>A step of a canary has begun or ended: its instances get another share of the traffic.</summary>
    private bool TellShares()
    {
        var shares = (store.Target is { } target ? ShareOf(target.ConfigVersion) : null, store.Previous is { } previous ? ShareOf(previous.ConfigVersion) : null);
        if (shares == _shares)
            return false;
        _shares = shares;
        foreach (var (instanceId, (instance, _)) in _endpoints.ToList())
            Tell(instanceId, instance);
        return true;
    }

    private double? ShareOf(InstanceState instance) => ShareOf(instance.ConfigVersion);

    private double? ShareOf(string configVersion) => CanaryTraffic.ShareOf(configVersion, store.Target, store.Previous, store.State.Order, store.State.Rollout);

    /// <summary>An app that is woken is in the registry also while nothing of it runs.</summary>
    private bool TellAsleep()
    {
        var target = _endpoints.Count == 0 && !store.IsRemoved ? store.Target : null;
        if (ReferenceEquals(target, _asleep))
            return false;
        _asleep = target;
        var sleepers = target is null ? [] : AppEndpoints.Asleep(target.Spec, target.Version, owner).ToList();
        var changed = false;
        foreach (var id in _sleepers.Where(id => !sleepers.Exists(sleeper => sleeper.Id == id)))
            changed |= _announcer.Remove(id);
        foreach (var sleeper in sleepers)
            changed |= _announcer.Set(sleeper);
        _sleepers = sleepers.ConvertAll(sleeper => sleeper.Id);
        return changed;
    }
}
