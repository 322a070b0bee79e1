using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.Api.Agents;
using Platform.Api.Allocation;
using Platform.Api.Http;
using Platform.Api.Marathon;
using Platform.Api.Native;
using Platform.Api.Secrets;
using Platform.Grains.Startup;

namespace Platform.Host.Hosting;

/// <summary>One control plane: grains, the HTTP surfaces and the dashboard in one process.</summary>
internal static class ControlPlane
{
    /// <summary>A definition is a few kilobytes; a thousand of them in one request still fit.</summary>
    private const long LargestRequestBytes = 16 * 1024 * 1024;

    /// <param name="settings">What it is started with.</param>
    /// <param name="addRuntime">Adds what grains run on.</param>
    internal static WebApplication Build(ControlPlaneSettings settings, Action<WebApplicationBuilder> addRuntime)
    {
        // No settings from files or variables: what counts is on the command line.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        settings.Logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Limit(options, settings.Listen));
        builder.Services.AddRoutingCore();
        // First: it starts before everything that calls grains, and stops after it.
        addRuntime(builder);
        builder.Services.AddPlatformGrains(settings.Tuning);
        builder.Services.AddMarathon();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));

        var app = builder.Build();
        if (IPAddress.IsLoopback(settings.Listen.Address))
            app.UseBrowserGuard();
        app.UseWebSockets();
        app.UseOneLeadingSlash();
        app.UseRouting();
        app.MapAgentSessions();
        app.MapNativeApi();
        app.MapMarathon();
        app.MapAllocator();
        app.MapSecrets();
        app.UseDashboard();
        return app;
    }

    private static void Limit(KestrelServerOptions options, IPEndPoint listen)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestRequestBytes;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.Listen(listen);
    }
}
