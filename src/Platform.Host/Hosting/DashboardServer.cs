using System.Net;
using Platform.Api.Acs;
using Platform.Api.Marathon;
using Platform.Api.Registry;
using Platform.Api.Security;
using Platform.Clustering;
using Platform.Dashboard.Hosting;
using Platform.Host.Hosting.Tls;

namespace Platform.Host.Hosting;

/// <summary>The dashboard as a process of its own: a client of the cluster that reads the same grains as the silos' own dashboards.</summary>
internal static class DashboardServer
{
    private const long LargestRequestBytes = 1024 * 1024;

    internal static WebApplication Build(DashboardSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        settings.Logging(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            StrictHttp.Apply(options);
            options.Limits.MaxRequestBodySize = LargestRequestBytes;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            options.Listen(settings.Listen, listen =>
            {
                if (settings.Identity?.Certificate is { } certificate)
                    listen.Encrypt(certificate);
            });
        });
        builder.Services.AddRoutingCore();
        // First: what calls grains starts when there is a silo to call.
        builder.Services.AddClusterClient(
            settings.Redis, settings.Cluster, settings.Identity is { Silo: { } silo } identity ? (identity.Authority, silo) : null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLogin(settings.RequiresLogin);
        if (settings is { RequiresLogin: true, Oidc: { } oidc })
            builder.Services.AddOidc(oidc);
        builder.Services.AddRequestLimits();
        builder.Services.AddMarathon();
        builder.Services.AddRegistry(isControlPlane: false);
        builder.Services.AddResponseCompression();
        builder.Services.AddDashboard(_ => SettingsList.OfDashboard(settings));

        var app = builder.Build();
        if (IPAddress.IsLoopback(settings.Listen.Address))
            app.UseBrowserGuard();
        app.UseBrowserHeaders();
        app.UseResponseCompression();
        app.UseWebSockets();
        app.UseRouting();
        app.UseAccess();
        app.UseRateLimiter();
        app.UseAntiforgery();
        // Pages ask for it to know that the process is back.
        app.MapGet("/ping", () => "pong").Needs(Right.Open);
        app.MapAcs();
        app.MapDashboard();
        return app;
    }
}
