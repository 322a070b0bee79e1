using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;
using Platform.Core.Apps;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Registry;

namespace Platform.Grains.Apps;

/// <summary>Tells the registry where an app's instances are reached, and lets them leave it before they are stopped.</summary>
internal sealed partial class AppAnnouncements(string appId, string owner, AppStore store, IGrainFactory grains, TimeProvider time, ILogger logger)
{
    /// <summary>The longest that the kill of an instance waits until all balancers have taken note.</summary>
    private static readonly TimeSpan LongestNotice = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan NoticePoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly EndpointAnnouncer _announcer = new(AppEndpoints.ServiceOf(appId), owner, () => grains.GetGrain<IRegistryGrain>(0), time, logger);
    private readonly Dictionary<string, (InstanceState Instance, List<string> Ids)> _endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset?> _drains = new(StringComparer.Ordinal);
    private readonly List<(string TaskId, TimeSpan Drain)> _leaving = [];
    private (double?, double?) _shares;
    private AppTarget? _asleep;
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
        foreach (var (taskId, drain) in _leaving)
            NoticeAsync(taskId, drain).Ignore();
        _leaving.Clear();
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

    /// <summary>Until when an instance that has to end goes on: until nobody is sent to it any more, and then for its drain time. Null: it may be stopped.</summary>
    public DateTimeOffset? DrainsUntil(InstanceState instance, DateTimeOffset now)
    {
        if (_drains.TryGetValue(instance.TaskId, out var until))
            return until is null ? now + LookAgain : until > now ? until : null;
        if (!_endpoints.ContainsKey(instance.InstanceId) || instance.State != TaskState.Running || (store.SpecOf(instance) ?? store.Target?.Spec) is not { } spec)
            return null;
        var drain = AppEndpoints.DrainTime(spec);
        if (drain <= TimeSpan.Zero)
            return null;
        _drains[instance.TaskId] = null;
        // Once the decision is stored, and with it told.
        _leaving.Add((instance.TaskId, drain));
        return now + LookAgain;
    }

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
                _drains.Remove(id);
            }
        }
        foreach (var endpoint in endpoints)
            _announcer.Set(endpoint);
        if (endpoints.Count > 0)
            _endpoints[instanceId] = (instance!, endpoints.ConvertAll(endpoint => endpoint.Id));
        else
            _endpoints.Remove(instanceId);
        if (instance is null or { State: not TaskState.Running })
            _drains.Remove(instance?.TaskId ?? "");
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

    /// <summary>An app that requests wake is in the registry also while nothing of it runs.</summary>
    private bool TellAsleep()
    {
        var target = _endpoints.Count == 0 && !store.IsRemoved ? store.Target : null;
        if (ReferenceEquals(target, _asleep))
            return false;
        _asleep = target;
        return target is not null && AppEndpoints.Asleep(target.Spec, target.Version, owner) is { } endpoint ? _announcer.Set(endpoint) : _announcer.Remove("asleep");
    }

    /// <summary>Waits until every balancer knows that the instance leaves; then its drain time begins.</summary>
    private async Task NoticeAsync(string taskId, TimeSpan drain)
    {
        var limit = time.GetUtcNow() + LongestNotice;
        try
        {
            var index = await _announcer.TellAsync(LongestNotice);
            while (time.GetUtcNow() < limit && !await Registry.IsAppliedAsync(index))
                await Task.Delay(NoticePoll, time);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A registry that is away must not keep instances from being stopped.
            LogNotTold(failure, appId, taskId);
        }
        if (_drains.ContainsKey(taskId))
            _drains[taskId] = time.GetUtcNow() + drain;
    }

    [LoggerMessage(LogLevel.Warning, "App {AppId}: the registry could not be told that {TaskId} leaves; it is stopped after its drain time all the same")]
    private partial void LogNotTold(Exception failure, string appId, string taskId);
}
