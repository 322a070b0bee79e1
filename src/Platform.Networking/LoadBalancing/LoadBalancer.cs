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
    private static readonly TimeSpan BindAgain = TimeSpan.FromSeconds(2);

    private readonly ServiceDirectory _directory;
    private readonly LoadBalancerOptions _options;
    private readonly ILogger<LoadBalancer> _logger;
    private readonly VirtualServices _services = new();
    private readonly ConcurrentDictionary<VirtualAddress, Frontend> _frontends = new();
    private readonly ConcurrentDictionary<VirtualAddress, string> _problems = new();
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
                changed.UnionWith(_problems.Keys);
                if (changed.Count > 0)
                    await UpdateAsync(changed);
                foreach (var mark in marks)
                    mark.TrySetResult();
                using var again = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                if (!_problems.IsEmpty)
                    again.CancelAfter(BindAgain);
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
            var endpoints = _services.EndpointsOf(address);
            var listen = endpoints.Count == 0 ? null : Listen(address, named);
            if (_frontends.TryGetValue(address, out var frontend) && !frontend.Listen.Equals(listen))
            {
                _frontends.TryRemove(address, out _);
                await frontend.DisposeAsync();
                LogClosed(address, frontend.Listen);
                frontend = null;
            }
            if (listen is null)
            {
                _problems.TryRemove(address, out _);
                if (endpoints.Count > 0)
                    _problems[address] = "only loopback addresses and names can be listened on";
                continue;
            }
            frontend ??= Open(address, listen);
            if (frontend is null)
                continue;
            frontend.Pool.Policy = endpoints.Any(endpoint => endpoint.IsBySource) ? BalancingPolicy.SourceAddress : BalancingPolicy.LeastConnections;
            frontend.Pool.Set(endpoints);
            frontend.BackendsChanged();
        }
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
            LogOpened(address, listen);
            return frontend;
        }
        catch (SocketException failure)
        {
            if (_problems.TryAdd(address, failure.Message))
                LogNotOpened(address, listen, failure.Message);
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
