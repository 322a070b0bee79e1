using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Core.Ingress;
using Platform.Core.Registry;
using Platform.Networking.LoadBalancing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms;

namespace Platform.Networking.Ingress;

/// <summary>The HTTP ingress: YARP, fed with what this process knows of the registry.</summary>
/// <remarks>It is a web server of its own, beside that of the control plane, and goes on with what it knows while the control plane is away.</remarks>
public sealed partial class IngressServer : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan CertificatesAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestApply = TimeSpan.FromSeconds(10);

    private readonly ServiceDirectory _directory;
    private readonly IngressOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<IngressServer> _logger;
    private readonly IngressTable _table = new();
    private readonly IngressRoutes _live = new();
    private readonly Dictionary<string, List<string>> _routesOfService = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterConfig> _clusters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, TcpFrontend> _frontends = new();
    private readonly Channel<(EndpointChange? Change, TaskCompletionSource? Mark)> _changes = Channel.CreateUnbounded<(EndpointChange?, TaskCompletionSource?)>(new() { SingleReader = true });
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly BalancerMetrics _tcpMetrics = new();
    private IReadOnlyList<RouteConfig> _routes = [];
    private CertificateFolder? _certificates;
    private WebApplication? _app;
    private Task _following = Task.CompletedTask;
    private int? _tlsPort;
    private long _revision;

    /// <summary>Made by the services.</summary>
    public IngressServer(ServiceDirectory directory, IngressOptions options, ILoggerFactory loggers) =>
        (_directory, _options, _loggers, _logger) = (directory, options, loggers, loggers.CreateLogger<IngressServer>());

    /// <summary>What it counts.</summary>
    public IngressMetrics Metrics { get; } = new();

    /// <summary>Where it listens; empty before it has started.</summary>
    public IReadOnlyList<string> Addresses => _app is null ? [] : [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>The routes that it serves, with what goes on behind each.</summary>
    public IReadOnlyList<(IngressRoute Route, BackendPool Pool)> Routes => [.. _live.All.Select(live => (live.Route, live.Pool)).OrderBy(live => live.Route.Id, StringComparer.Ordinal)];

    /// <summary>Service ports that are listened on for TCP.</summary>
    public IReadOnlyCollection<int> TcpPorts => [.. _frontends.Keys.Order()];

    /// <summary>Routes that are not served as they ask, by their ids, and why.</summary>
    public IReadOnlyDictionary<string, string> Problems => _problems;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Tls.Count > 0)
        {
            _certificates = new(_options.CertificateFolder ?? throw new IngressStartException("TLS needs a folder of certificates"), _loggers.CreateLogger<CertificateFolder>());
            _certificates.Start(CertificatesAgain);
        }
        _app = Build();
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new IngressStartException($"the ingress cannot listen on {string.Join(", ", _options.Http.Concat(_options.Http2).Concat(_options.Tls))}: {failure.Message}", failure);
        }
        var addresses = Addresses;
        if (_options.Tls.Count > 0)
            _tlsPort = new Uri(addresses[_options.Http.Count + _options.Http2.Count]).Port;
        LogListens(string.Join(", ", addresses));
        _following = Task.Run(FollowAsync, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null)
            await _app.StopAsync(cancellationToken);
        await _stop.CancelAsync();
        await _following;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        if (_app is not null)
            await _app.DisposeAsync();
        _certificates?.Dispose();
        _stop.Dispose();
        _tcpMetrics.Dispose();
        Metrics.Dispose();
    }

    /// <summary>Ends when requests go by all that the directory has told until now. For the acknowledgement that an instance's end waits for.</summary>
    /// <param name="isComplete">The directory knows everything: from now on a host that it does not know is unknown.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CaughtUpAsync(bool isComplete, CancellationToken cancellationToken)
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_changes.Writer.TryWrite((null, mark)))
            return;
        await mark.Task.WaitAsync(cancellationToken);
        if (isComplete)
            _known.TrySetResult();
    }

    /// <summary>Which of these endpoints, that drain in all that it has caught up with, still answer requests.</summary>
    public IReadOnlySet<string> BusyOf(IReadOnlySet<string> endpoints) => _live.All.SelectMany(live => live.Pool.BusyOf(endpoints)).ToHashSet(StringComparer.Ordinal);

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Listen);
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRouting();
        builder.Services.AddSingleton(_options);
        builder.Services.AddSingleton(_live);
        builder.Services.AddSingleton(Metrics);
        builder.Services.AddSingleton(new RequestGuard(() => _tlsPort));
        builder.Services.AddSingleton<RequestDispatcher>();
        builder.Services.AddSingleton<AppliedConfigurations>();
        builder.Services.AddSingleton<IConfigChangeListener>(provider => provider.GetRequiredService<AppliedConfigurations>());
        builder.Services.AddSingleton<ILoadBalancingPolicy, WeightedLeastRequests>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, BackendClients>();
        builder.Services.AddReverseProxy().LoadFromMemory([], []).AddTransforms(static context => context.AddRequestTransform(static transform =>
        {
            transform.ProxyRequest.Headers.Remove("X-Forwarded-Port");
            transform.ProxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Port", transform.HttpContext.Connection.LocalPort.ToString(CultureInfo.InvariantCulture));
            return ValueTask.CompletedTask;
        }));

        var app = builder.Build();
        app.Use(WaitUntilKnownAsync);
        app.UseRouting();
        app.Use(RefuseUnknownAsync);
        var dispatcher = app.Services.GetRequiredService<RequestDispatcher>();
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(dispatcher.InvokeAsync);
            pipeline.UseSessionAffinity();
            pipeline.UseLoadBalancing();
            pipeline.Use(dispatcher.CountAsync);
        });
        return app;
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // How much may be sent is for the app to say.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        foreach (var address in _options.Http)
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        foreach (var address in _options.Http2)
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http2);
        foreach (var address in _options.Tls)
        {
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = context => ValueTask.FromResult(new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = _certificates!.Find(context.ClientHelloInfo.ServerName),
                        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                    }),
                });
            });
        }
    }

    /// <summary>A process that has just begun does not know the services yet: that is no reason to say that there are none.</summary>
    private async Task WaitUntilKnownAsync(HttpContext http, RequestDelegate next)
    {
        if (!_known.Task.IsCompleted)
            await Task.WhenAny(_known.Task, Task.Delay(_options.LongestWait, http.RequestAborted));
        await next(http);
    }

    private async Task RefuseUnknownAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is not null)
        {
            await next(http);
            return;
        }
        Metrics.UnknownOne();
        http.Response.StatusCode = _known.Task.IsCompleted ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync("No app is served under this host and path.\n", http.RequestAborted);
    }

    private async Task FollowAsync()
    {
        void Take(EndpointChange change) => _changes.Writer.TryWrite((change, null));
        _directory.Follow(Take);
        try
        {
            while (await _changes.Reader.WaitToReadAsync(_stop.Token))
            {
                var changed = new HashSet<string>(StringComparer.Ordinal);
                var marks = new List<TaskCompletionSource>();
                while (_changes.Reader.TryRead(out var item))
                {
                    if (item.Mark is not null)
                        marks.Add(item.Mark);
                    else if (_table.Apply(item.Change!))
                        changed.Add(item.Change!.Service);
                }
                try
                {
                    if (changed.Count > 0)
                        await UpdateAsync(changed);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogNotUpdated(failure);
                }
                foreach (var mark in marks)
                    mark.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
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

    private async Task UpdateAsync(HashSet<string> services)
    {
        var touched = new List<LiveRoute>();
        var rulesChanged = false;
        foreach (var service in services)
        {
            var routes = _table.RoutesOf(service).Where(route => route.Rule.IsServedBy(_options.Groups)).ToList();
            foreach (var gone in (_routesOfService.GetValueOrDefault(service) ?? []).Where(id => !routes.Exists(route => route.Id == id)))
            {
                _clusters.Remove(gone);
                if (_live.Remove(gone) is { } removed)
                    touched.Add(removed);
                rulesChanged = true;
            }
            foreach (var route in routes)
            {
                if (_live.Find(route.Id) is { } known)
                {
                    rulesChanged |= known.Route.Rule != route.Rule;
                    known.Set(route);
                    touched.Add(known);
                }
                else
                {
                    _live.Set(route.Id, new(route));
                    rulesChanged = true;
                }
                if (route.Rule.Mode == IngressMode.Http)
                    _clusters[route.Id] = ProxyConfiguration.ClusterOf(route, _options.Idle);
                else
                    _clusters.Remove(route.Id);
            }
            if (routes.Count > 0)
                _routesOfService[service] = routes.ConvertAll(route => route.Id);
            else
                _routesOfService.Remove(service);
        }
        if (rulesChanged)
        {
            var claims = IngressClaims.Of(_live.All.Select(live => live.Route));
            _problems.Clear();
            foreach (var (route, problem) in claims.Problems)
                _problems[route] = problem;
            _routes = [.. claims.Http.SelectMany(claim => ProxyConfiguration.RoutesOf(claim.Route, claim.Hosts))];
            await ListenOnServicePortsAsync(claims.Ports.ToDictionary(port => port.Key, port => _live.Find(port.Value.Id)!));
        }
        await ApplyAsync();
        foreach (var live in touched)
            live.TellChanged();
        foreach (var frontend in _frontends.Values)
            frontend.BackendsChanged();
    }

    /// <summary>Services that speak something else than HTTP are reached at their service ports.</summary>
    private async Task ListenOnServicePortsAsync(Dictionary<int, LiveRoute> wanted)
    {
        foreach (var (port, frontend) in _frontends)
        {
            if (wanted.TryGetValue(port, out var live) && frontend.Pool == live.Pool)
                continue;
            _frontends.TryRemove(port, out _);
            await frontend.DisposeAsync();
        }
        var address = _options.Http.Concat(_options.Tls).Concat(_options.Http2).First().Address;
        foreach (var (port, live) in wanted)
        {
            if (_frontends.ContainsKey(port))
                continue;
            try
            {
                _frontends[port] = new(new(null, address, port, "tcp"), new(address, port), new() { LongestWait = _options.LongestWait, ConnectTimeout = _options.ConnectTimeout }, _tcpMetrics, _logger, live.Pool, live.Allows);
            }
            catch (SocketException failure)
            {
                _problems[live.Route.Id] = $"service port {port} cannot be listened on: {failure.Message}";
            }
        }
    }

    private async Task ApplyAsync()
    {
        var services = _app!.Services;
        var revision = (++_revision).ToString(CultureInfo.InvariantCulture);
        var applied = services.GetRequiredService<AppliedConfigurations>().Expect(revision);
        services.GetRequiredService<InMemoryConfigProvider>().Update(_routes, [.. _clusters.Values], revision);
        await applied.WaitAsync(LongestApply, _stop.Token);
    }

    [LoggerMessage(LogLevel.Information, "The ingress serves at {Addresses}")]
    private partial void LogListens(string addresses);

    [LoggerMessage(LogLevel.Error, "The ingress could not take a change over")]
    private partial void LogNotUpdated(Exception failure);
}
