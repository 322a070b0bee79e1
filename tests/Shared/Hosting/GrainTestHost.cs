using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Clustering;
using Platform.Storage.Records;

namespace Platform.Tests.Hosting;

/// <summary>
/// Runs grains in a test: one silo with its records in a temporary directory of its own. It can be restarted on the same directory, in order or
/// as after a crash. Every value that crosses a call is serialized, immutable ones too, as on the way to another silo; and idle grains
/// are deactivated at random before their next call when <see cref="RandomDeactivation.Variable"/> says so.
/// </summary>
public sealed class GrainTestHost : IAsyncDisposable
{
    private readonly Action<ISiloBuilder>? _configure;
    private readonly Action<IServiceCollection>? _configureServices;
    private IHost _host = null!;

    private GrainTestHost(Action<ISiloBuilder>? configure, Action<IServiceCollection>? configureServices)
    {
        _configure = configure;
        _configureServices = configureServices;
    }

    /// <summary>Where the records are.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("grains-").FullName;

    /// <summary>The services of the silo that is running now.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Makes references to grains of the silo that is running now.</summary>
    public IGrainFactory GrainFactory => Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a silo.</summary>
    /// <param name="configure">Changes the silo.</param>
    /// <param name="configureServices">Adds what the grains need; add a TimeProvider here to control the time.</param>
    public static async Task<GrainTestHost> StartAsync(Action<ISiloBuilder>? configure = null, Action<IServiceCollection>? configureServices = null)
    {
        var host = new GrainTestHost(configure, configureServices);
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            System.IO.Directory.Delete(host.Directory, recursive: true);
            throw;
        }
    }

    public TGrainInterface GetGrain<TGrainInterface>(string key)
        where TGrainInterface : IGrainWithStringKey =>
        GrainFactory.GetGrain<TGrainInterface>(key);

    public TGrainInterface GetGrain<TGrainInterface>(long key)
        where TGrainInterface : IGrainWithIntegerKey =>
        GrainFactory.GetGrain<TGrainInterface>(key);

    /// <summary>Deactivates every grain that is idle, as idleness would; done when all are gone.</summary>
    public Task DeactivateAllAsync() => GrainFactory.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    /// <summary>Stops in order and starts again on the same records.</summary>
    public async Task RestartAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await StartAsync();
    }

    /// <summary>Stops abruptly, as if killed, and starts again on the same records: unfinished writes are lost.</summary>
    /// <param name="meanwhile">What happens while it is down.</param>
    public async Task CrashAsync(Action? meanwhile = null)
    {
        await KillAsync();
        meanwhile?.Invoke();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task StartAsync()
    {
        // Not the default builder: its file watchers and console output have no place in a test.
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        // A clock that a test moves is the grains' own; the silo's work goes by the real one.
        builder.Services.AddKeyedSingleton(KeyedService.AnyKey, TimeProvider.System);
        builder.Services.AddKeyedSingleton(TimeProviderNames.Grains, (provider, _) => provider.GetRequiredService<TimeProvider>());
        builder.Services.AddSoleSilo(Directory, silo =>
        {
            silo.AddOutgoingGrainCallFilter<SerializedCalls>();
            if (RandomDeactivation.Probability > 0)
            {
                var random = new RandomDeactivation();
                silo.AddIncomingGrainCallFilter(random);
                silo.AddOutgoingGrainCallFilter(random);
            }

            _configure?.Invoke(silo);
        });
        _configureServices?.Invoke(builder.Services);
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task KillAsync()
    {
        // First of all, so that nothing is stored any more.
        Services.AbortStorage();
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

        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
