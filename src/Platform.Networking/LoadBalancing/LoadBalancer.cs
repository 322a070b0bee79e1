using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>Listens on the virtual addresses of this machine and hands connections on to ready endpoints.</summary>
/// <remarks>It follows what this process knows of the registry, and goes on with that while the control plane is away.</remarks>
public sealed partial class LoadBalancer : BackgroundService
{
    // What another program has, which may be the balancer of another process of ours, is taken over soon after that has ended.
    private static readonly TimeSpan TakeOverAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BindAgain = TimeSpan.FromSeconds(2);
    private const int TakenInTurn = 100;

    private readonly ServiceDirectory _directory;
    private readonly LoadBalancerOptions _options;
    private readonly ILogger<LoadBalancer> _logger;
    private readonly VirtualServices _services = new();
    private readonly ConcurrentDictionary<VirtualAddress, Frontend> _frontends = new();
    private readonly ConcurrentDictionary<VirtualAddress, string> _problems = new();
    private readonly Dictionary<VirtualAddress, IPEndPoint> _taken = [];
    private readonly Channel<(EndpointChange? Change, TaskCompletionSource? Mark)> _changes = Channel.CreateUnbounded<(EndpointChange?, TaskCompletionSource?)>(new() { SingleReader = true });

    /// <summary>Made by the services.</summary>
    public LoadBalancer(ServiceDirectory directory, LoadBalancerOptions options, ILogger<LoadBalancer> logger) =>
        (_directory, _options, _logger) = (directory, options, logger);

    /// <summary>What it counts.</summary>
    public BalancerMetrics Metrics { get; } = new();

    /// <summary>The addresses that it listens on.</summary>
    public IReadOnlyCollection<Frontend> Frontends => [.. _frontends.Values];

    /// <summary>The addresses that it cannot listen on, and why.</summary>
    public IReadOnlyDictionary<VirtualAddress, string> Problems => _problems;

    /// <summary>Ends when connections go by all that the directory has told until now. For the acknowledgement that an instance's end waits for.</summary>
    public Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _changes.Writer.TryWrite((null, mark)) ? mark.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Which of these endpoints, that drain in all that it has caught up with, still have connections.</summary>
    public IReadOnlySet<string> BusyOf(IReadOnlySet<string> endpoints) => _frontends.Values.SelectMany(frontend => frontend.Pool.BusyOf(endpoints)).ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        Metrics.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void Take(EndpointChange change) => _changes.Writer.TryWrite((change, null));
        var triedAt = Environment.TickCount64;
        await Task.Yield();
        _directory.Follow(Take);
        try
        {
            while (true)
            {
                var changed = new HashSet<VirtualAddress>();
                var marks = new List<TaskCompletionSource>();
                while (_changes.Reader.TryRead(out var item))
                {
                    if (item.Mark is not null)
                        marks.Add(item.Mark);
                    else
                        changed.UnionWith(_services.Apply(item.Change!));
                }
                if (Environment.TickCount64 - triedAt >= BindAgain.TotalMilliseconds)
                {
                    changed.UnionWith(_problems.Keys);
                    triedAt = Environment.TickCount64;
                }
                if (changed.Count > 0)
                    await UpdateAsync(changed);
                else
                    TakeOver();
                foreach (var mark in marks)
                    mark.TrySetResult();
                using var again = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                if (!_problems.IsEmpty)
                    again.CancelAfter(_taken.Count > 0 ? TakeOverAgain : BindAgain);
                try
                {
                    await _changes.Reader.WaitToReadAsync(again.Token);
                }
                catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
                {
                    // Addresses that could not be listened on are tried again.
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
        finally
        {
            _directory.Unfollow(Take);
            foreach (var frontend in _frontends.Values)
                await frontend.DisposeAsync();
            _frontends.Clear();
        }
    }

    private async Task UpdateAsync(HashSet<VirtualAddress> changed)
    {
        // A name that comes may move another one with the same hash.
        var named = VirtualAddresses.Assign(_services.Addresses.Select(address => address.Name).OfType<string>());
        foreach (var (address, frontend) in _frontends)
        {
            if (!Listen(address, named)?.Equals(frontend.Listen) ?? true)
                changed.Add(address);
        }
        foreach (var address in changed)
        {
            var isThere = _services.Addresses.Contains(address);
            var listen = isThere ? Listen(address, named) : null;
            if (_frontends.TryGetValue(address, out var frontend) && !frontend.Listen.Equals(listen))
            {
                _frontends.TryRemove(address, out _);
                await frontend.DisposeAsync();
                LogClosed(address, frontend.Listen);
                frontend = null;
            }
            if (listen is null)
            {
                _taken.Remove(address);
                _problems.TryRemove(address, out _);
                if (isThere)
                    _problems[address] = "only loopback addresses and names can be listened on";
                continue;
            }
            Serve(frontend ?? Open(address, listen));
        }
    }

    /// <summary>Tries what another program had a moment ago; a few at a time, so that what it keeps for long costs next to nothing.</summary>
    private void TakeOver()
    {
        foreach (var (address, listen) in _taken.Take(TakenInTurn).ToList())
            Serve(Open(address, listen));
    }

    private void Serve(Frontend? frontend)
    {
        if (frontend is null)
            return;
        var endpoints = _services.EndpointsOf(frontend.Address);
        frontend.Sleeper = _services.SleeperOf(frontend.Address);
        frontend.Pool.Policy = endpoints.Any(endpoint => endpoint.IsBySource) ? BalancingPolicy.SourceAddress : BalancingPolicy.LeastConnections;
        frontend.Pool.Set(endpoints);
        frontend.BackendsChanged();
    }

    private static IPEndPoint? Listen(VirtualAddress address, IReadOnlyDictionary<string, IPAddress> named) =>
        address.Name is { } name ? named.TryGetValue(name, out var ip) ? new(ip, address.Port) : null
        : IPAddress.IsLoopback(address.Ip!) ? new(address.Ip!, address.Port)
        : null;

    private Frontend? Open(VirtualAddress address, IPEndPoint listen)
    {
        try
        {
            Frontend frontend = address.Protocol == "udp"
                ? new UdpFrontend(address, listen, _options, Metrics, _logger)
                : new TcpFrontend(address, listen, _options, Metrics, _logger);
            _frontends[address] = frontend;
            _problems.TryRemove(address, out _);
            _taken.Remove(address);
            LogOpened(address, listen);
            return frontend;
        }
        catch (SocketException failure)
        {
            var reason = failure.Message;
            if (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                _taken[address] = listen;
                reason = $"another program has {listen}; if that is the balancer of another process, it serves the same, and this one takes over when it ends";
            }
            if (_problems.TryAdd(address, reason))
                LogNotOpened(address, listen, reason);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Address} is {Listen} on this machine")]
    private partial void LogOpened(VirtualAddress address, IPEndPoint listen);

    [LoggerMessage(LogLevel.Information, "{Address} is no longer {Listen} on this machine")]
    private partial void LogClosed(VirtualAddress address, IPEndPoint listen);

    [LoggerMessage(LogLevel.Warning, "{Address} cannot be {Listen} on this machine, and is tried again: {Reason}")]
    private partial void LogNotOpened(VirtualAddress address, IPEndPoint listen, string reason);
}
