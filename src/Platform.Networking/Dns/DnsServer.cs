using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Core.Registry;

namespace Platform.Networking.Dns;

/// <summary>Serves the registry's zones to DNS clients, over UDP and TCP.</summary>
/// <remarks>It answers from what this process knows of the registry, and goes on with that while the control plane is away.</remarks>
public sealed partial class DnsServer : IHostedService, IAsyncDisposable
{
    private readonly DnsServerOptions _options;
    private readonly ILogger<DnsServer> _logger;
    private readonly DnsMetrics _metrics = new();
    private readonly AnswerEncoder _encoder;
    private readonly DnsResponder _responder;
    private readonly ServiceZone _zone;
    private readonly TimeProvider _time;
    private DnsUdpListener? _udp;
    private DnsTcpListener? _tcp;

    /// <summary>Sets it up.</summary>
    public DnsServer(ServiceZone zone, DnsServerOptions options, TimeProvider time, ILogger<DnsServer> logger)
    {
        (_zone, _options, _time, _logger) = (zone, options, time, logger);
        _encoder = new(zone, options, time);
        _responder = new(new(_encoder), options);
        EndPoint = options.Listen;
    }

    /// <summary>Where it listens, with the true port once it has started.</summary>
    public IPEndPoint EndPoint { get; private set; }

    /// <summary>What it counts.</summary>
    public DnsMetrics Metrics => _metrics;

    /// <summary>Whether it serves.</summary>
    public bool IsServing => _udp is not null;

    /// <summary>Binds both ways and serves.</summary>
    /// <exception cref="DnsStartException">The port is taken, or may not be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var listen = _options.Listen;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Bind(listen);
                break;
            }
            catch (SocketException failure)
            {
                await CloseAsync().ConfigureAwait(false);
                // A free port for TCP may be taken for UDP; then the next is tried.
                if (listen.Port == 0 && attempt < 20)
                    continue;
                if (!_options.MayMove || listen.Port == 0 || failure.SocketErrorCode != SocketError.AddressAlreadyInUse)
                    throw new DnsStartException(listen, failure);
                LogMoves(listen);
                listen = new(listen.Address, 0);
            }
        }
        LogServes(EndPoint, _zone.Names.Domain);
    }

    /// <summary>Stops serving.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => CloseAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private void Bind(IPEndPoint at)
    {
        var forwarder = new DnsForwarder(_options.Upstreams ?? SystemResolvers.Read(_options.Listen), _options, _metrics, _time);
        _tcp = new(_responder, forwarder, new(_zone, _encoder, _options), _options, _metrics, _logger);
        var listen = _tcp.Start(at);
        var udp = new DnsUdpListener(_responder, forwarder, _options, _metrics, _logger);
        try
        {
            udp.Start(listen);
        }
        catch
        {
            udp.Dispose();
            throw;
        }
        _udp = udp;
        EndPoint = listen;
    }

    private async Task CloseAsync()
    {
        var (udp, tcp) = (_udp, _tcp);
        (_udp, _tcp) = (null, null);
        udp?.Dispose();
        if (tcp is not null)
            await tcp.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "Another program has {EndPoint}: DNS moves to another port")]
    private partial void LogMoves(IPEndPoint endPoint);

    [LoggerMessage(LogLevel.Information, "DNS serves {Zone} on {EndPoint}, UDP and TCP")]
    private partial void LogServes(IPEndPoint endPoint, string zone);
}
