using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Clustering;

namespace Platform.Benchmarks.Grains;

/// <summary>A runtime with the benchmarks' grains, its data in a directory that goes away with it.</summary>
internal sealed class BenchmarkSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly DirectoryInfo _directory;

    private BenchmarkSilo(IHost host, DirectoryInfo directory)
    {
        _host = host;
        _directory = directory;
    }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="parent">Where the data directory is made; the speed of its disk decides that of writes.</param>
    public static async Task<BenchmarkSilo> StartAsync(string parent)
    {
        var directory = Directory.CreateDirectory(Path.Combine(parent, $"grain-benchmark-{Environment.ProcessId}"));
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSoleSilo(directory.FullName);
        var host = builder.Build();
        await host.StartAsync();
        return new BenchmarkSilo(host, directory);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _directory.Delete(recursive: true);
    }
}
