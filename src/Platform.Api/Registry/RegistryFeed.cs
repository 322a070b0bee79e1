using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

    private readonly IGrainFactory _grains;
    private readonly ServiceDirectory _directory;
    private readonly ServiceZone _zone;
    private readonly IServer _server;
    private readonly IReadOnlyList<RegistryConsumer> _consumers;
    private readonly TimeProvider _time;
    private readonly ILogger<RegistryFeed> _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly bool _isControlPlane;
    private IReadOnlyList<DnsRecord> _agents = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ValueList<string> _masters;
    private DateTimeOffset _agentsRead;
    private long _run;
    private long _applied;
    private bool _mustForget;
    private long _acknowledged;
    private long _told;
    private bool _wasComplete;

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
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await FollowAsync(self, stoppingToken);
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
            _grains.DeleteObjectReference<IRegistryObserver>(self);
        }
    }

    private async Task FollowAsync(IRegistryObserver self, CancellationToken stop)
    {
        var registry = _grains.GetGrain<IRegistryGrain>(0);
        var position = await registry.FollowAsync(self, _acknowledged, Address());
        _told = _acknowledged;
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
            await ReadAgentsAsync();
            SetFixed();
        }
        if (_consumers.Count == 0 || (_applied == _acknowledged && _wasComplete == position.IsComplete))
        {
            _acknowledged = _applied;
        }
        else
        {
            var applied = _applied;
            await ConsumeAsync(position.IsComplete, stop);
            (_acknowledged, _wasComplete) = (applied, position.IsComplete);
        }
        if (_acknowledged > position.Index || _acknowledged > _told)
        {
            _told = _acknowledged;
            await registry.FollowAsync(self, _acknowledged, Address());
        }
    }

    /// <summary>Waits until balancers go by what is known: only then it is acknowledged.</summary>
    private async Task ConsumeAsync(bool isComplete, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(LongestCatchUp, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await Task.WhenAll(_consumers.Select(consumer => consumer.CaughtUpAsync(isComplete, either.Token)));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // A balancer that is stuck must not keep instances from being stopped.
            LogStuck();
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

    private async Task ReadAgentsAsync()
    {
        _agentsRead = _time.GetUtcNow();
        var ids = await _grains.GetGrain<IDirectoryGrain>(DirectoryKinds.Agents).ListAsync();
        var records = new List<DnsRecord>();
        foreach (var batch in ((IEnumerable<string>)ids).Chunk(200))
        {
            var statuses = await Task.WhenAll(batch.Select(id => _grains.GetGrain<IAgentGrain>(id).GetStatusAsync()));
            foreach (var status in statuses)
            {
                if (status is { Condition: not (AgentCondition.Unreachable or AgentCondition.Gone) })
                    records.AddRange(_zone.Names.OfAgent([status.Registration.Address], 0));
            }
        }
        _agents = records;
    }

    private void SetFixed()
    {
        var records = new List<DnsRecord>(_agents);
        var masters = _masters.Select(text => IPEndPoint.TryParse(text, out var master) ? master : null).OfType<IPEndPoint>().ToList();
        if (masters.Count > 0)
        {
            records.AddRange(_zone.Names.OfMasters(masters, masters[0]));
            records.AddRange(_zone.Names.OfFramework(AppEndpoints.Framework, [.. masters.Select(master => master.Address.ToString())], masters[0].Port));
            records.AddRange(masters.Select(master => DnsRecord.Address($"ns1.{_zone.Names.Domain}.", master.Address.ToString())));
        }
        _zone.SetFixed(records);
    }

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

    [LoggerMessage(LogLevel.Warning, "The registry is away, what is known of it stays: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Warning, "A balancer of this process does not take changes of the registry over; they are acknowledged all the same")]
    private partial void LogStuck();

    [LoggerMessage(LogLevel.Information, "The registry has {Count} lists of endpoints at index {Index}")]
    private partial void LogRead(int count, long index);
}
