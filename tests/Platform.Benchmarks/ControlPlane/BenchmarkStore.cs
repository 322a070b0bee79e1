using System.Net;
using Platform.Clustering;
using Platform.Tests.Hosting;

namespace Platform.Benchmarks.ControlPlane;

/// <summary>
/// Where a benchmark's control plane keeps what it must not lose, for as long as the benchmark runs: a folder with SQLite's file, or a Redis of its own with
/// every write on disk before it is answered.
/// </summary>
internal sealed class BenchmarkStore : IAsyncDisposable
{
    /// <summary>What is said of it in a benchmark's description.</summary>
    public const string Options = "--store sqlite|redis --directory /tmp";

    private readonly DirectoryInfo _directory;
    private readonly RedisServer? _redis;

    private BenchmarkStore(DirectoryInfo directory, RedisServer? redis)
    {
        _directory = directory;
        _redis = redis;
    }

    /// <summary>The folder of SQLite's file.</summary>
    public string Directory => _directory.FullName;

    /// <summary>How a silo of a cluster finds its Redis; null for SQLite.</summary>
    public ClusterSiloOptions? Cluster => _redis is null ? null : new()
    {
        Redis = _redis.Address,
        Cluster = "benchmark",
        Address = IPAddress.Loopback,
        SiloPort = FreePort.Take(),
        GatewayPort = FreePort.Take(),
    };

    /// <summary>Makes the folder, and starts the Redis if <c>--store redis</c> asks for it.</summary>
    /// <exception cref="ArgumentException">There is no such store.</exception>
    public static async Task<BenchmarkStore> OpenAsync(string store, string parent)
    {
        if (store is not ("sqlite" or "redis"))
            throw new ArgumentException($"--store takes sqlite or redis, not '{store}'.");
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(parent, $"platform-benchmark-{Environment.ProcessId}"));
        return new(directory, store == "redis" ? await RedisServer.StartAsync(directory.FullName) : null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_directory.Exists)
            _directory.Delete(recursive: true);
    }
}
