using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;
using Platform.Api.Agents;
using Platform.Api.Allocation;
using Platform.Api.Jobs;
using Platform.Api.Registry;
using Platform.Api.Security;
using Platform.Dashboard.Layout;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Hosting;

/// <summary>Adds the dashboard to a server that has an <see cref="IGrainFactory"/>: a silo, or a client of a cluster.</summary>
public static class DashboardHosting
{
    /// <summary>The largest message of a browser, bytes: a definition that was pasted into the editor.</summary>
    private const int LargestMessage = 1024 * 1024;

    /// <summary>Adds what the dashboard needs.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="settings">What the process was started with; asked once.</param>
    public static IServiceCollection AddDashboard(this IServiceCollection services, Func<IServiceProvider, IReadOnlyList<SettingsFact>> settings)
    {
        services.AddSingleton(provider => new SettingsFacts(settings(provider)));
        services.AddSingleton<AgentOperations>();
        services.AddSingleton<MaintenanceOperations>();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            // A browser that lost its connection for a moment finds its page as it was; more of them would only cost memory.
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
            circuits.DisconnectedCircuitMaxRetained = 20;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessage);
        // Keys live as long as the process: a page of an earlier one is loaded again anyway.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddMudServices(mud => mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ClusterSource>();
        services.AddScoped<DashboardUser>();
        services.AddScoped<ClusterFeed>();
        services.AddScoped<CircuitHandler, CircuitAccess>();
        services.AddSingleton<RoleOperations>();
        services.AddSingleton<JobOperations>();
        services.AddSingleton<ServiceOperations>();
        services.AddHostedService<MetricsWaker>();
        services.AddScoped<Viewer>();
        services.AddScoped<Operator>();
        return services;
    }

    /// <summary>
    /// Maps the dashboard at <c>/</c> and below <c>/ui</c>, and its files, where they lie beside the program: they do not come with a package of
    /// libraries. The routing and antiforgery middleware must be in place.
    /// </summary>
    public static void MapDashboard(this WebApplication app)
    {
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, $"{app.Environment.ApplicationName}.staticwebassets.endpoints.json")))
            app.MapStaticAssets().Needs(Right.Open);
        Downloads.Map(app);
        Shells.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode().Needs(Right.Filtered).ForPeople();
    }
}
