using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.Api.Acs;
using Platform.Api.Agents;
using Platform.Api.Allocation;
using Platform.Api.Chronos;
using Platform.Api.Groups;
using Platform.Api.Http;
using Platform.Api.Jobs;
using Platform.Api.Marathon;
using Platform.Api.Mesos;
using Platform.Api.Mesos.Drivers;
using Platform.Api.MesosDns;
using Platform.Api.Metronome;
using Platform.Api.Native;
using Platform.Api.Registry;
using Platform.Api.Secrets;
using Platform.Api.Security;
using Platform.Contracts.Security;
using Platform.Dashboard.Hosting;
using Platform.Grains.Startup;
using Platform.Host.Hosting.Tls;
using Platform.Host.Telemetry;
using Platform.Networking.Registry;

namespace Platform.Host.Hosting;

/// <summary>One control plane: grains, the HTTP surfaces and the dashboard in one process.</summary>
internal static class ControlPlane
{
    /// <summary>A definition is a few kilobytes; a thousand of them in one request still fit.</summary>
    private const long LargestRequestBytes = 16 * 1024 * 1024;

    /// <param name="settings">What it is started with.</param>
    /// <param name="addSilo">Adds the silo that its grains live in.</param>
    internal static WebApplication Build(ControlPlaneSettings settings, Action<IServiceCollection> addSilo)
    {
        // No settings from files or variables: what counts is on the command line.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        // The dashboard's files do not change while it runs: none is looked for that was not there when it was built.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        settings.Logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Limit(options, settings));
        builder.Services.AddRoutingCore();
        // First: it starts before everything that calls grains, and stops after it.
        addSilo(builder.Services);
        builder.Services.AddPlatformGrains(settings.Tuning);
        TelemetryOptions.Add(builder.Services, settings.Collector);
        builder.Services.AddLogin(settings.RequiresLogin);
        if (settings is { RequiresLogin: true, Oidc: { } oidc })
            builder.Services.AddOidc(oidc);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new ServerTrust(settings.Identity?.ForClients?.Fingerprint));
        if (settings.Identity is { } identity)
            builder.Services.AddSingleton<ICertificateAuthority>(identity.Authority);
        builder.Services.AddSingleton(settings.AgentCertificates);
        if (settings.RequiresLogin)
            builder.Services.AddHostedService<FirstAdministrator>();
        builder.Services.AddRequestLimits();
        builder.Services.AddMarathon(settings.Marathon);
        builder.Services.AddMesos(settings.Mesos);
        builder.Services.AddRegistry(settings.Dns.Names);
        settings.Dns.AddTo(builder.Services);
        builder.Services.AddLoadBalancer(settings.Balances);
        if (settings.Ingress is { } ingress)
            builder.Services.AddIngress(ingress);
        builder.Services.AddResponseCompression();
        builder.Services.AddDashboard(provider => SettingsList.Of(provider, settings));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));

        var app = builder.Build();
        // It counts from now on, and not from when somebody first asks.
        _ = app.Services.GetRequiredService<RegistryAge>();
        if (IPAddress.IsLoopback(settings.Listen.Address))
            app.UseBrowserGuard();
        app.UseBrowserHeaders();
        // Streams of events are none of the types that are compressed: each event goes out at once.
        app.UseResponseCompression();
        app.UseWebSockets();
        app.UseOneLeadingSlash();
        app.UseRouting();
        app.UseAccess();
        app.UseRateLimiter();
        app.UseAntiforgery();
        app.MapAgentSessions();
        app.MapNativeApi();
        app.MapMarathon();
        app.MapMesos();
        app.MapAllocator();
        app.MapSecrets();
        app.MapLimits();
        app.MapAcs();
        app.MapJobs();
        app.MapMetronome();
        app.MapChronos();
        app.MapServices();
        app.MapMesosDns();
        app.MapLoadBalancer();
        app.MapIngress();
        app.MapDashboard();
        return app;
    }

    private static void Limit(KestrelServerOptions options, ControlPlaneSettings settings)
    {
        options.AddServerHeader = false;
        StrictHttp.Apply(options);
        options.Limits.MaxRequestBodySize = LargestRequestBytes;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.Listen(settings.Listen, listen =>
        {
            if (settings.Identity is { Certificate: { } certificate } identity)
                listen.Encrypt(certificate, identity.Authority);
            listen.UseDrivers();
        });
    }
}
