using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>Keeps this process' copy of the registry up to date.</summary>
/// <remarks>
/// It is told that there is something new and reads it; every two seconds it asks by itself, so that a lost hint costs no more. While the
/// registry is away the copy stays as it is. When another activation of it has begun, whole lists are read, and what it no longer has is
/// forgotten once it has heard all owners.
/// </remarks>
public sealed partial class RegistryFeed : BackgroundService, IRegistryObserver
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AgentsRenewal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookForFree = TimeSpan.FromMilliseconds(50);

    private readonly IGrainFactory _grains;
    private readonly ServiceDirectory _directory;
    private readonly ServiceZone _zone;
    private readonly IServer _server;
    private readonly IReadOnlyList<RegistryConsumer> _consumers;
    private readonly TimeProvider _time;
    private readonly ILogger<RegistryFeed> _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly bool _isControlPlane;
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ValueList<string> _masters;
    private TaskCompletionSource _nodesChange = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _agentsRead;
    private long _run;
    private long _applied;
    private bool _mustForget;

    // What was applied, for who acknowledges it; what of it all balancers go by. Both of one activation of the registry.
    private volatile Position _reached = new(0, 0, false);
    private volatile Position _acknowledged = new(0, 0, false);

    // What drains now, and what of it was there when balancers caught up last: only of that they can say that nothing is under way.
    private readonly DrainingEndpoints _draining = new();
    private volatile IReadOnlySet<string> _settled = new HashSet<string>();
    private long _freeTold = long.MinValue;
    private HashSet<string> _free = [];

    /// <summary>Made by the services.</summary>
    public RegistryFeed(IGrainFactory grains, ServiceDirectory directory, ServiceZone zone, IServer server, IEnumerable<RegistryConsumer> consumers, TimeProvider time, ILogger<RegistryFeed> logger)
        : this(grains, directory, zone, server, consumers, time, logger, isControlPlane: true)
    {
    }

    /// <param name="grains">The grains.</param>
    /// <param name="directory">The copy.</param>
    /// <param name="zone">Its names.</param>
    /// <param name="server">Where this process listens.</param>
    /// <param name="consumers">Balancers of this process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Its log.</param>
    /// <param name="isControlPlane">This process serves the control plane's HTTP: its address is one of the masters.</param>
    internal RegistryFeed(
        IGrainFactory grains, ServiceDirectory directory, ServiceZone zone, IServer server, IEnumerable<RegistryConsumer> consumers, TimeProvider time, ILogger<RegistryFeed> logger, bool isControlPlane) =>
        (_grains, _directory, _zone, _server, _consumers, _time, _logger, _isControlPlane) = (grains, directory, zone, server, [.. consumers], time, logger, isControlPlane);

    /// <summary>Ends when the copy has once been known to be whole: from then on what it does not have is not there.</summary>
    public Task WhenComplete => _complete.Task;

    /// <summary>When the copy was last known to be up to date; null: never yet.</summary>
    public DateTimeOffset? UpToDateAt { get; private set; }

    /// <summary>The machines that have names of their own in DNS; null: not known yet.</summary>
    public RegistryNodes? Nodes { get; private set; }

    /// <summary>Ends when there are others than these.</summary>
    /// <param name="known">What is known of them.</param>
    public Task WhenNodesAreOthersThan(RegistryNodes? known)
    {
        // Before they are looked at: whatever comes after that look ends it.
        var change = Volatile.Read(ref _nodesChange).Task;
        return ReferenceEquals(Nodes, known) ? change : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ChangedAsync(long index)
    {
        _wake.Writer.TryWrite(true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the host.
        await Task.Yield();
        var self = _grains.CreateObjectReference<IRegistryObserver>(this);
        _directory.Follow(Drains);
        var acknowledging = AcknowledgeAsync(stoppingToken);
        var freeing = TellFreeAsync(self, stoppingToken);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await FollowAsync(self);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    LogAway(failure.Message);
                }
                await WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
        finally
        {
            await acknowledging;
            await freeing;
            _directory.Unfollow(Drains);
            _grains.DeleteObjectReference<IRegistryObserver>(self);
        }
    }

    private async Task FollowAsync(IRegistryObserver self)
    {
        var registry = _grains.GetGrain<IRegistryGrain>(0);
        var position = await registry.FollowAsync(self, Acknowledged, Address());
        if (position.Run != _run || position.Index < _applied || await CatchUpAsync(registry) is false)
        {
            await ReadAllAsync(registry, position);
            await CatchUpAsync(registry);
        }
        if (_mustForget && position.IsComplete)
        {
            // Lists that were there before it was complete: only now it is known which are no more.
            await ReadAllAsync(registry, position);
            _mustForget = false;
        }
        if (position.IsComplete)
            _complete.TrySetResult();
        UpToDateAt = _time.GetUtcNow();
        if (position.Masters != _masters || UpToDateAt - _agentsRead > AgentsRenewal)
        {
            _masters = position.Masters;
            await ReadNodesAsync();
        }
        _reached = new(_run, _applied, position.IsComplete);
        _news.Writer.TryWrite(true);
    }

    // What an earlier activation of the registry has numbered is nothing to a new one.
    private long Acknowledged => _acknowledged is var acknowledged && acknowledged.Run == _run ? acknowledged.Index : 0;

    /// <summary>Waits until balancers go by what is known, and only then acknowledges it. What comes meanwhile is known to others already, and goes with the next.</summary>
    private async Task AcknowledgeAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await _news.Reader.ReadAsync(stop);
                var reached = _reached;
                if (reached == _acknowledged)
                    continue;
                var draining = Draining();
                await ConsumeAsync(reached.IsComplete, stop);
                _settled = draining;
                _acknowledged = reached;
                // Told at once: ends of instances wait for it.
                _wake.Writer.TryWrite(true);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private void Drains(EndpointChange change)
    {
        lock (_draining)
            _draining.Apply(change);
    }

    private IReadOnlySet<string> Draining()
    {
        lock (_draining)
            return _draining.Ids;
    }

    /// <summary>While endpoints drain, looks what balancers have under way there, and tells the registry what is free.</summary>
    private async Task TellFreeAsync(IRegistryObserver self, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookForFree, _time, stop);
                var settled = _settled;
                if (settled.Count == 0 && _free.Count == 0)
                    continue;
                try
                {
                    await TellFreeAsync(self, settled);
                }
                catch (Exception failure) when (!stop.IsCancellationRequested)
                {
                    // Told again with the next look.
                    LogAway(failure.Message);
                    await Task.Delay(Renewal, _time, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TellFreeAsync(IRegistryObserver self, IReadOnlySet<string> settled)
    {
        var free = settled.Count == 0 ? [] : settled.ToHashSet(StringComparer.Ordinal);
        free.IntersectWith(Draining());
        foreach (var consumer in _consumers)
        {
            if (free.Count == 0)
                break;
            free.ExceptWith(consumer.BusyOf(free.ToHashSet(StringComparer.Ordinal)));
        }
        // Again and again: a registry that begins anew has not heard it.
        var now = _time.GetTimestamp();
        if (free.SetEquals(_free) && (free.Count == 0 || (_freeTold != long.MinValue && _time.GetElapsedTime(_freeTold, now) < Renewal)))
            return;
        await _grains.GetGrain<IRegistryGrain>(0).FreeAsync(self, free.ToValueList());
        (_free, _freeTold) = (free, now);
    }

    private async Task ConsumeAsync(bool isComplete, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(LongestCatchUp, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await Task.WhenAll(_consumers.Select(consumer => consumer.CaughtUpAsync(isComplete, either.Token)));
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            // A balancer that is stuck must not keep instances from being stopped.
            LogStuck(failure.Message);
        }
    }

    /// <summary>Reads the changes that are not known yet. False: they are no longer kept.</summary>
    private async Task<bool> CatchUpAsync(IRegistryGrain registry)
    {
        while (true)
        {
            if (await registry.ReadAsync(_run, _applied) is not { } read)
                return false;
            var number = _applied;
            foreach (var change in read.Changes)
            {
                if (!_directory.TryApply(change, ++number))
                    return false;
            }
            _applied = read.Index;
            if (_applied >= read.Last)
                return true;
        }
    }

    private async Task ReadAllAsync(IRegistryGrain registry, RegistryPosition position)
    {
        var lists = new HashSet<(string, string)>();
        EndpointChange? last = null;
        RegistryPage page;
        do
        {
            page = await registry.ListAsync(last);
            foreach (var list in page.Lists)
            {
                lists.Add((list.Service, list.Owner));
                _directory.TryApply(list, position.Index);
            }
            last = page.Lists.IsEmpty ? last : page.Lists[^1];
        }
        while (!page.IsLast);
        if (position.IsComplete)
            _directory.KeepOnly(lists, position.Index);
        else
            _mustForget = true;
        (_run, _applied) = (position.Run, position.Index);
        LogRead(lists.Count, position.Index);
    }

    private async Task ReadNodesAsync()
    {
        _agentsRead = _time.GetUtcNow();
        var ids = await _grains.ListAsync(DirectoryKinds.Agents);
        var agents = new List<string>();
        foreach (var batch in ((IEnumerable<string>)ids).Chunk(200))
        {
            var statuses = await Task.WhenAll(batch.Select(id => _grains.GetGrain<IAgentGrain>(id).GetStatusAsync()));
            agents.AddRange(statuses.OfType<AgentStatus>().Where(status => status.Condition is not (AgentCondition.Unreachable or AgentCondition.Gone)).Select(AddressOf));
        }
        var nodes = new RegistryNodes(_masters, agents.ToValueList());
        if (nodes == Nodes)
            return;
        Nodes = nodes;
        Interlocked.Exchange(ref _nodesChange, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        _zone.SetFixed(nodes.Records(_zone.Names));
    }

    private static string AddressOf(AgentStatus agent) =>
        IPAddress.TryParse(agent.Registration.Address, out var address) ? new IPEndPoint(address, AgentMapping.PortOf(agent)).ToString() : agent.Registration.Address;

    // The address that others reach: what it listens on, if that is one and not all.
    private string? Address()
    {
        if (!_isControlPlane)
            return null;
        foreach (var text in _server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
                return new IPEndPoint(address, url.Port).ToString();
        }
        return null;
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        using var due = new CancellationTokenSource(Renewal, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, due.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Time to ask.
        }
    }

    private sealed record Position(long Run, long Index, bool IsComplete);

    [LoggerMessage(LogLevel.Warning, "The registry is away, what is known of it stays: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Warning, "A balancer of this process does not take changes of the registry over; they are acknowledged all the same: {Reason}")]
    private partial void LogStuck(string reason);

    [LoggerMessage(LogLevel.Information, "The registry has {Count} lists of endpoints at index {Index}")]
    private partial void LogRead(int count, long index);
}
