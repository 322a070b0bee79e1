using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.GrainRuntime.Testing;

/// <summary>
/// The counterpart of the embedded lane's test host, with the same members: one silo whose state is in the Redis that
/// PLATFORM_TEST_REDIS names, under an id of its own.
/// </summary>
public sealed class GrainTestHost : IAsyncDisposable
{
    private readonly Action<GrainRuntimeOptions>? _configure;
    private readonly Action<IServiceCollection>? _configureServices;
    private readonly string _cluster = $"test-{Guid.NewGuid():N}";
    private IHost _host = null!;

    private GrainTestHost(Action<GrainRuntimeOptions>? configure, Action<IServiceCollection>? configureServices)
    {
        _configure = configure;
        _configureServices = configureServices;
    }

    /// <summary>The Redis of the tests.</summary>
    public static string Redis => Environment.GetEnvironmentVariable("PLATFORM_TEST_REDIS")
        ?? throw new InvalidOperationException("Tests of the Orleans lane need a Redis: run them by tests/orleans-lane.sh, or set PLATFORM_TEST_REDIS to its host:port.");

    /// <summary>Where the state is: the folder of Redis' log.</summary>
    public static string LogDirectory => Environment.GetEnvironmentVariable("PLATFORM_TEST_REDIS_DIRECTORY")
        ?? throw new InvalidOperationException("Set PLATFORM_TEST_REDIS_DIRECTORY to the folder of Redis' append-only files, as tests/orleans-lane.sh does.");

    public string Directory { get; } = LogDirectory;

    public IServiceProvider Services => _host.Services;

    public IGrainFactory GrainFactory => Services.GetRequiredService<IGrainFactory>();

    public static async Task<GrainTestHost> StartAsync(Action<GrainRuntimeOptions>? configure = null, Action<IServiceCollection>? configureServices = null)
    {
        var host = new GrainTestHost(configure, configureServices);
        await host.StartAsync();
        return host;
    }

    public TGrainInterface GetGrain<TGrainInterface>(string key)
        where TGrainInterface : IGrainWithStringKey =>
        GrainFactory.GetGrain<TGrainInterface>(key);

    public TGrainInterface GetGrain<TGrainInterface>(long key)
        where TGrainInterface : IGrainWithIntegerKey =>
        GrainFactory.GetGrain<TGrainInterface>(key);

    /// <summary>Deactivates every grain; done when all are gone.</summary>
    public async Task DeactivateAllAsync()
    {
        var management = GrainFactory.GetGrain<IManagementGrain>(0);
        await management.ForceActivationCollection(TimeSpan.Zero);
    }

    public async Task RestartAsync()
    {
        await _host.StopAsync();
        await DisposeHostAsync();
        await StartAsync();
    }

    /// <summary>Stops without the orderly steps, and starts again on the same state.</summary>
    public async Task CrashAsync(Action? meanwhile = null)
    {
        await StopAbruptlyAsync();
        meanwhile?.Invoke();
        await StartAsync();
    }

    public async ValueTask DisposeAsync() => await StopAbruptlyAsync();

    private async Task StartAsync()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddGrainRuntime(options =>
        {
            options.DataDirectory = _cluster;
            _configure?.Invoke(options);
        });
        _configureServices?.Invoke(builder.Services);
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task StopAbruptlyAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _host.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // The orderly steps were not waited for: as it was asked.
        }

        await DisposeHostAsync();
    }

    // What a silo disposes of awaits; a test's thread that blocks for it may be the one that it needs.
    private ValueTask DisposeHostAsync() => ((IAsyncDisposable)_host).DisposeAsync();
}
