using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Benchmarks.ControlPlane;
using Platform.Clustering;

namespace Platform.Benchmarks.Grains;

/// <summary>A runtime with the benchmarks' grains, its data in a store that goes away with it.</summary>
internal sealed class BenchmarkSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly BenchmarkStore _store;

    private BenchmarkSilo(IHost host, BenchmarkStore store)
    {
        _host = host;
        _store = store;
    }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="parent">Where the data directory is made; the speed of its disk decides that of writes.</param>
    /// <param name="kind">Which store: <c>sqlite</c> or <c>redis</c>.</param>
    public static async Task<BenchmarkSilo> StartAsync(string parent, string kind = "sqlite")
    {
        var store = await BenchmarkStore.OpenAsync(kind, parent);
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (store.Cluster is { } cluster)
            builder.Services.AddClusterSilo(cluster);
        else
            builder.Services.AddSoleSilo(store.Directory);
        var host = builder.Build();
        await host.StartAsync();
        return new BenchmarkSilo(host, store);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _store.DisposeAsync();
    }
}
