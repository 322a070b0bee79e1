using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Jobs;
using Platform.Contracts.Recovery;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Gathers, numbers and hands on changes of endpoints.</summary>
[KeepAlive, GrainType("platform.registry")]
public sealed partial class RegistryGrain : Grain, IRegistryGrain
{
    private const int ListsInPage = 500;
    private const int ChangesInRead = 512;
    private static readonly EndpointKeyOrder Order = new();

    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RegistryGrain> _logger;
    private readonly SortedDictionary<(string Service, string Owner), EndpointList> _lists = new(Order);
    private readonly Queue<(long Index, EndpointChange Change)> _changes = new();
    private readonly RegistryFollowers<IRegistryObserver> _followers;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _unheard = new(StringComparer.Ordinal);
    private readonly ISiloStatusOracle _silos;
    private HashSet<SiloAddress> _standing;
    private bool _mustAskEnded;
    private long _index;
    private long _firstKept;
    private bool _isComplete;

    /// <summary>Made by the runtime.</summary>
    public RegistryGrain(IOptions<RegistryOptions> options, ISiloStatusOracle silos, TimeProvider time, ILogger<RegistryGrain> logger)
    {
        (_options, _silos, _time, _logger) = (options.Value, silos, time, logger);
        _standing = Standing();
        // Microseconds: greater than any number of an earlier activation, which counted changes.
        Run = _index = _firstKept = time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        _followers = new(_options.FollowerLifetime, time.GetUtcNow());
    }

    private long Run { get; }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            LookAfterAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _options.AskAgain) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<RegistryAnswer> ApplyAsync(ValueList<EndpointChange> changes)
    {
        List<string>? missing = null;
        var before = _index;
        foreach (var change in changes)
        {
            // A framework has endpoints in several services, and says when it has told of all.
            if (FrameworkOwner.IdOf(change.Owner) is null)
                _unheard.Remove(OwnerKey(change.Service, change.Owner));
            if (!Apply(change))
                (missing ??= []).Add(change.Service);
        }
        if (_index > before)
            Tell();
        return Task.FromResult(new RegistryAnswer(_index, missing?.ToValueList() ?? default));
    }

    /// <inheritdoc/>
    public Task NothingToTellAsync(string owner)
    {
        _unheard.Remove(owner);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<RegistryPosition> FollowAsync(IRegistryObserver observer, long applied, string? address)
    {
        var now = _time.GetUtcNow();
        _followers.Seen(observer, applied, address, now);
        Moved();
        var masters = _followers.Masters(now).ToValueList();
        return Task.FromResult(new RegistryPosition(Run, _index, _isComplete, masters));
    }

    /// <inheritdoc/>
    public Task<RegistryPage> ListAsync(EndpointChange? after)
    {
        var from = after is null ? null : ((string, string)?)(after.Service, after.Owner);
        var page = _lists.SkipWhile(entry => from is { } last && Order.Compare(entry.Key, last) <= 0).Take(ListsInPage + 1)
            .Select(entry => entry.Value.Snapshot(entry.Key.Service, entry.Key.Owner)).ToList();
        return Task.FromResult(new RegistryPage(page.Take(ListsInPage).ToValueList(), page.Count <= ListsInPage));
    }

    /// <inheritdoc/>
    public Task<RegistryChanges?> ReadAsync(long run, long after)
    {
        if (run != Run || after < _firstKept || after > _index)
            return Task.FromResult<RegistryChanges?>(null);
        var changes = _changes.Skip((int)(after - _firstKept)).Take(ChangesInRead).Select(entry => entry.Change).ToValueList();
        return Task.FromResult<RegistryChanges?>(new(changes, after + changes.Count, _index));
    }

    /// <inheritdoc/>
    public Task<bool> IsAppliedAsync(long index)
    {
        return Task.FromResult(_followers.IsApplied(index, _time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task FreeAsync(IRegistryObserver observer, ValueList<string> endpoints)
    {
        _followers.Free(observer, endpoints);
        Moved();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<bool> WhenFreeAsync(ValueList<string> endpoints, long index, TimeSpan longest)
    {
        using var limit = new CancellationTokenSource(longest, _time);
        while (!_followers.AreFree(endpoints, index, _time.GetUtcNow()))
        {
            try
            {
                await _moved.Task.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
        return true;
    }

    // Who waits looks again.
    private void Moved()
    {
        var moved = _moved;
        _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        moved.TrySetResult();
    }

    private bool Apply(EndpointChange change)
    {
        var key = (change.Service, change.Owner);
        if (!_lists.TryGetValue(key, out var list))
        {
            if (change.From is > 0)
                return false;
            list = new();
        }
        if (!list.TryApply(change, out var effect))
            return false;
        if (list.Count > 0)
            _lists[key] = list;
        else
            _lists.Remove(key);
        if (effect is null)
            return true;
        _changes.Enqueue((++_index, effect));
        if (_changes.Count > _options.KeptChanges)
            _firstKept = _changes.Dequeue().Index;
        return true;
    }

    private void Tell()
    {
        foreach (var follower in _followers.All)
            follower.ChangedAsync(_index).Ignore();
    }

    /// <summary>Asks who has not been heard, and forgets who does not follow any more.</summary>
    private async Task LookAfterAsync()
    {
        try
        {
            _followers.Expire(_time.GetUtcNow());
            var services = await GrainFactory.ListAsync(DirectoryKinds.Services, time: _time);
            if (!_isAsked)
                await AskAllAsync(services);
            await AskEndedJobsAsync();
            AskUnheard();
            foreach (var service in services)
                GrainFactory.GetGrain<IServiceGrain>(service).TellEndpointsAsync(Run).Ignore();
            if (!_isComplete && _unheard.Count == 0)
            {
                _isComplete = true;
                LogComplete(_lists.Count);
                Tell();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotAsked(failure);
        }
    }

    private bool _isAsked;
    private long? _askedAt;

    // A crowd that is slow to answer, as jobs are that all come up after a crash, is not made slower by questions.
    private void AskUnheard()
    {
        if (_askedAt is { } asked && _time.GetElapsedTime(asked) < WakePace.Until(TimeSpan.Zero, _unheard.Count / JobTimers.Shards))
            return;
        _askedAt = _time.GetTimestamp();
        foreach (var owner in _unheard)
            EndpointOwners.Find(GrainFactory, owner)?.TellEndpointsAsync(Run).Ignore();
    }

    private async Task AskAllAsync(ValueList<string> services)
    {
        var apps = await GrainFactory.ListAsync(DirectoryKinds.Apps, time: _time);
        // Of jobs those that may have tasks with ports, and those that go on.
        var jobs = (await GrainFactory.ListAsync(DirectoryKinds.EndpointJobs, time: _time))
            .Concat(await PatientCall.AskAsync(() => JobTimers.ListLiveAsync(GrainFactory), static () => true, _time));
        var frameworks = await GrainFactory.ListAsync(DirectoryKinds.Frameworks, time: _time);
        foreach (var owner in apps.Select(TaskOwners.OfApp).Concat(jobs.Select(TaskOwners.OfJob)).Concat(frameworks.Select(FrameworkOwner.Of)))
            _unheard.Add(owner);
        foreach (var service in services)
            _unheard.Add(OwnerKey(service, ""));
        _isAsked = true;
        LogAsks(_unheard.Count);
    }

    // A job may have died with its silo after it stored its end and before it told of it. One that goes on is woken by its timer and tells everything.
    private async Task AskEndedJobsAsync()
    {
        var standing = Standing();
        _mustAskEnded |= !standing.IsSupersetOf(_standing);
        _standing = standing;
        if (!_mustAskEnded)
            return;
        var live = (await JobTimers.ListLiveAsync(GrainFactory)).ToHashSet(StringComparer.Ordinal);
        foreach (var (_, owner) in _lists.Keys)
        {
            if (TaskOwners.JobOf(owner) is { } job && !live.Contains(job))
                _unheard.Add(owner);
        }
        _mustAskEnded = false;
    }

    private HashSet<SiloAddress> Standing() =>
        [.. _silos.GetApproximateSiloStatuses().Where(silo => silo.Value != SiloStatus.Dead).Select(silo => silo.Key)];

    // What is registered from outside belongs to its service.
    private static string OwnerKey(string service, string owner) => owner.Length > 0 ? owner : "service:" + service;

    private sealed class EndpointKeyOrder : IComparer<(string Service, string Owner)>
    {
        public int Compare((string Service, string Owner) x, (string Service, string Owner) y)
        {
            var service = string.CompareOrdinal(x.Service, y.Service);
            return service != 0 ? service : string.CompareOrdinal(x.Owner, y.Owner);
        }
    }

    [LoggerMessage(LogLevel.Information, "The registry asks {Count} owners what they have")]
    private partial void LogAsks(int count);

    [LoggerMessage(LogLevel.Information, "The registry has heard all owners: {Count} lists of endpoints")]
    private partial void LogComplete(int count);

    [LoggerMessage(LogLevel.Warning, "Owners of endpoints could not be asked; they are asked again")]
    private partial void LogNotAsked(Exception failure);
}
