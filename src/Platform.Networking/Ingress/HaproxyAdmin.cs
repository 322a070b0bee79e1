using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Networking.Ingress;

/// <summary>marathon-lb's admin paths: what HAProxy goes by, signals, and HAProxy's own statistics. Answers are text but for the page of statistics.</summary>
internal sealed class HaproxyAdmin : IAsyncDisposable
{
    private readonly IPEndPoint _address;
    private readonly string? _stats;
    private readonly HttpMessageInvoker _haproxy;
    private readonly WebApplication _app;

    /// <param name="address">Where to listen.</param>
    /// <param name="stats">The socket of HAProxy's statistics; null: it serves none.</param>
    /// <param name="balancer">What is told of.</param>
    internal HaproxyAdmin(IPEndPoint address, string? stats, HaproxyBalancer balancer)
    {
        (_address, _stats) = (address, stats);
        _haproxy = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectCallback = ConnectAsync });
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        _app = builder.Build();
        _app.MapGet("/_haproxy_getconfig", () => Results.Text(balancer.ConfigText));
        _app.MapGet("/_haproxy_getvhostmap", () => Results.Text(Map(balancer.Plan?.Hosts ?? default)));
        _app.MapGet("/_haproxy_getappmap", () => Results.Text(Map(balancer.Plan?.Apps ?? [])));
        _app.MapGet("/_haproxy_getpids", async (CancellationToken cancellation) => Results.Text(string.Join(' ', (await balancer.PidsAsync(cancellation)).Select(pid => pid.ToString(CultureInfo.InvariantCulture))) + "\n"));
        _app.MapGet("/_haproxy_health_check", HealthAsync);
        _app.MapGet("/_mlb_signal/hup", (CancellationToken cancellation) => SignalAsync(balancer, "SIGHUP", cancellation));
        _app.MapGet("/_mlb_signal/usr1", (CancellationToken cancellation) => SignalAsync(balancer, "SIGUSR1", cancellation));
        if (stats is not null)
        {
            _app.MapGet("/haproxy", StatsAsync);
            _app.MapGet("/metrics", StatsAsync);
        }

        async Task<IResult> HealthAsync(CancellationToken cancellation) => (await balancer.PidsAsync(cancellation)).Count > 0
            ? Results.Text("HAProxy runs.\n")
            : Results.Text("HAProxy does not answer at its runtime socket.\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Where it listens.</summary>
    internal Uri Address => new(_app.Urls.Single());

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new IngressStartException($"the admin paths cannot be served at {_address}: {failure.Message}", failure);
        }
    }

    internal Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _haproxy.Dispose();
    }

    private async Task StatsAsync(HttpContext context, IHttpForwarder forwarder)
    {
        var outcome = await forwarder.SendAsync(context, "http://haproxy/", _haproxy, ForwarderRequestConfig.Empty, HttpTransformer.Empty);
        if (outcome == ForwarderError.None || context.Response.HasStarted)
            return;
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsync("HAProxy does not answer at its socket of statistics.\n", context.RequestAborted);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_stats!), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // What is known is always the newest, so that both signals come to the same.
    private static async Task<IResult> SignalAsync(HaproxyBalancer balancer, string signal, CancellationToken cancellationToken)
    {
        await balancer.ReloadAsync(cancellationToken);
        return Results.Text($"Sent {signal} signal to marathon-lb");
    }

    private static string Map(IEnumerable<(string Key, string Backend)> entries)
    {
        var text = new StringBuilder();
        foreach (var (key, backend) in entries)
            text.Append(CultureInfo.InvariantCulture, $"{key} {backend}\n");
        return text.ToString();
    }
}
