using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Api.Marathon.Events;
using Platform.Clustering;
using Platform.Contracts.Events;
using Platform.Grains.Startup;

namespace Platform.Benchmarks.ControlPlane;

/// <summary>A control plane without HTTP, its data in a store that is kept while it is restarted.</summary>
internal sealed class ControlPlaneSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private ControlPlaneSilo(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<ControlPlaneSilo> StartAsync(BenchmarkStore store, IOutgoingGrainCallFilter? filter = null, Action<PlatformGrainsOptions>? configure = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(null, LogLevel.Error).AddSimpleConsole();
        if (store.Cluster is { } cluster)
            builder.Services.AddClusterSilo(cluster);
        else
            builder.Services.AddSoleSilo(store.Directory);
        builder.Services.AddPlatformGrains(options =>
        {
            options.Groups.MaxRunningDeployments = 100_000;
            // The simulated agents share the processors with the control plane; their silence is not what is measured.
            options.Agents.UnreachableAfter = TimeSpan.FromMinutes(10);
            configure?.Invoke(options);
        });
        builder.Services.AddSingleton<IEventVocabulary, EventVocabulary>();
        if (filter is not null)
            builder.Services.AddSingleton(filter);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
