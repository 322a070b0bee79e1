using OpenTelemetry;
using OpenTelemetry.Metrics;
using Platform.Agent;
using Platform.Agent.Session;
using Platform.Cli.Commands;
using Platform.Client;
using Platform.Core.Registry;
using Platform.Host.Telemetry;
using Platform.Networking.Dns;
using Platform.Networking.Ingress;
using Platform.Networking.LoadBalancing;
using Platform.Networking.Registry;

namespace Platform.Host.Hosting;

/// <summary>The data plane in an agent's process: the balancer of virtual addresses and DNS, which go on with what is known while the control plane is away.</summary>
internal sealed class AgentPlane : IAsyncDisposable
{
    // The control plane says every 15 seconds at least that it is there.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    private readonly AgentPlaneSettings settings;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider time;
    private readonly ServiceDirectory directory = new();
    private readonly ServiceZone zone;
    private readonly RegistryAge age;
    private readonly LoadBalancer? balancer;
    private readonly DnsServer? dns;
    private RegistryReader? reader;
    private PlatformClient? control;
    private MeterProvider? meters;
    private WebApplication? status;

    private AgentPlane(AgentPlaneSettings settings, ILoggerFactory loggers, TimeProvider time)
    {
        (this.settings, this.loggers, this.time) = (settings, loggers, time);
        zone = new(settings.Dns.Names);
        age = new(() => reader?.HeardAt, () => reader?.IsAway ?? true, LongestSilence, time);
        if (settings.Balances)
            balancer = new(directory, new LoadBalancerOptions { Wake = WakeAsync }, loggers.CreateLogger<LoadBalancer>());
        if (settings.Dns.Server is not { } server)
            return;
        directory.Follow(zone.Apply);
        dns = new(zone, server with { Upstreams = server.Upstreams ?? SystemResolvers.Read(server.Listen) }, time, loggers.CreateLogger<DnsServer>());
    }

    /// <summary>Serves; it knows nothing before the agent has begun.</summary>
    /// <exception cref="CommandException">An address is taken.</exception>
    internal static async Task<AgentPlane> StartAsync(AgentPlaneSettings settings, ILoggerFactory loggers, Action<ILoggingBuilder> logging, TimeProvider time)
    {
        var plane = new AgentPlane(settings, loggers, time);
        try
        {
            if (plane.dns is not null)
                await plane.dns.StartAsync(CancellationToken.None);
            if (plane.balancer is not null)
                await plane.balancer.StartAsync(CancellationToken.None);
            await plane.TellAsync(logging);
            return plane;
        }
        catch (Exception failure) when (failure is DnsStartException or IOException)
        {
            await plane.DisposeAsync();
            throw new CommandException(ExitCodes.CannotStart, failure.Message);
        }
    }

    /// <summary>The agent with this beside it: tasks are told of its DNS, unless another was named.</summary>
    internal AgentOptions Beside(AgentOptions options) => options with
    {
        Dns = options.Dns ?? (dns is null ? null : DnsSettings.ForTasks(dns)),
        Beside = balancer is null && dns is null ? null : FollowAsync,
    };

    public async ValueTask DisposeAsync()
    {
        if (status is not null)
            await status.DisposeAsync();
        meters?.Dispose();
        if (balancer is not null)
        {
            await balancer.StopAsync(CancellationToken.None);
            balancer.Dispose();
        }
        if (dns is not null)
            await dns.DisposeAsync();
        age.Dispose();
    }

    private Task WakeAsync(Sleeper sleeper, CancellationToken cancellationToken) => Volatile.Read(ref control)?.Services.WakeAsync(sleeper.Service, cancellationToken) ?? Task.CompletedTask;

    private async Task FollowAsync(AgentLink link, CancellationToken cancellation)
    {
        using var client = new PlatformClient(new PlatformClientOptions
        {
            Url = link.Masters[0],
            OtherUrls = [.. link.Masters.Skip(1)],
            Handler = link.Handler,
            RequestTimeout = LongestAnswer,
            Time = time,
        });
        Volatile.Write(ref control, client);
        var reading = new RegistryReaderSettings
        {
            Watch = new() { IsAgent = true, Acknowledges = balancer is not null, WantsNodes = dns is not null },
            CaughtUp = token => balancer?.CaughtUpAsync(token) ?? Task.CompletedTask,
            BusyOf = (endpoints, _) => Task.FromResult(balancer?.BusyOf(endpoints) ?? new HashSet<string>()),
            Nodes = nodes => zone.SetFixed(nodes.Records(zone.Names)),
            Kept = settings.Kept is { } kept ? new(kept, time, loggers.CreateLogger<RegistryFile>()) : null,
        };
        var following = new RegistryReader(client, directory, reading, time, loggers.CreateLogger<RegistryReader>());
        following.BeginWithKept();
        Volatile.Write(ref reader, following);
        await following.RunAsync(cancellation);
    }

    private async Task TellAsync(Action<ILoggingBuilder> logging)
    {
        if (settings.Status is null && settings.Collector is null)
            return;
        var text = new PrometheusText();
        var measured = Sdk.CreateMeterProviderBuilder().AddMeter(TelemetryOptions.Meters).AddReader(new BaseExportingMetricReader(text));
        if (settings.Collector is { } collector)
            measured.AddOtlpExporter(exporter => exporter.Endpoint = collector);
        meters = measured.Build();
        if (settings.Status is not { } address)
            return;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            StrictHttp.Apply(options);
            options.Listen(address);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        status = builder.Build();
        // Programs of this machine's users may ask, pages of other sites in their browsers may not.
        status.UseBrowserGuard();
        status.UseRouting();
        status.MapGet("/metrics/prometheus", () => Results.Text(text.Write(), "text/plain; version=0.0.4; charset=utf-8"));
        status.MapGet("/api/lb", () => Results.Json(BalancerEndpoints.Of(balancer, age), BalancerJson.Default.BalancerView));
        status.MapGet("/api/ingress", () => Results.Json(IngressEndpoints.Of(null), IngressJson.Default.IngressView));
        await status.StartAsync();
    }
}
