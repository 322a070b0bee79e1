using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Testing;

/// <summary>
/// Runs grains in a test, with their state in a file of a temporary directory of its own. The runtime can be restarted on the same
/// file, in order or as after a crash. Disposing it stops the runtime abruptly and deletes the directory.
/// </summary>
/// <example><code>
/// await using var host = await GrainTestHost.StartAsync(options => options.GrainAssemblies.Add(typeof(AppGrain).Assembly));
/// await host.GetGrain&lt;IAppGrain&gt;("/web").ScaleAsync(3);
/// await host.CrashAsync();
/// (await host.GetGrain&lt;IAppGrain&gt;("/web").GetAsync()).Instances.ShouldBe(3);
/// </code></example>
public sealed class GrainTestHost : IAsyncDisposable
{
    private readonly Action<GrainRuntimeOptions>? _configure;
    private readonly Action<IServiceCollection>? _configureServices;
    private IHost _host = null!;

    private GrainTestHost(Action<GrainRuntimeOptions>? configure, Action<IServiceCollection>? configureServices)
    {
        _configure = configure;
        _configureServices = configureServices;
    }

    /// <summary>The environment variable whose value (0 to 1) is the default probability of random deactivation in all hosts of a test run.</summary>
    public const string RandomDeactivationVariable = "PLATFORM_TEST_RANDOM_DEACTIVATION";

    /// <summary>Where the state is.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("grains-").FullName;

    /// <summary>The services of the runtime that is running now.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Makes references to grains of the runtime that is running now.</summary>
    public IGrainFactory GrainFactory => Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a runtime.</summary>
    /// <param name="configure">Names the assemblies with grains and changes other settings; immutable values are copied too unless it says otherwise.</param>
    /// <param name="configureServices">Adds what the grains need; add a TimeProvider here to control the time.</param>
    public static async Task<GrainTestHost> StartAsync(
        Action<GrainRuntimeOptions>? configure = null, Action<IServiceCollection>? configureServices = null)
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

    /// <inheritdoc cref="IGrainFactory.GetGrain{TGrainInterface}(string)"/>
    public TGrainInterface GetGrain<TGrainInterface>(string key)
        where TGrainInterface : IGrainWithStringKey =>
        GrainFactory.GetGrain<TGrainInterface>(key);

    /// <inheritdoc cref="IGrainFactory.GetGrain{TGrainInterface}(long)"/>
    public TGrainInterface GetGrain<TGrainInterface>(long key)
        where TGrainInterface : IGrainWithIntegerKey =>
        GrainFactory.GetGrain<TGrainInterface>(key);

    /// <summary>Deactivates every grain, as idleness would; done when all are gone.</summary>
    public async Task DeactivateAllAsync()
    {
        var activations = Silo.Catalog.GrainActivations.ToList();
        foreach (var activation in activations)
        {
            activation.Deactivate(new(DeactivationReasonCode.RuntimeRequested, "The test asked for it."));
        }

        await Task.WhenAll(activations.Select(activation => activation.Deactivated));
    }

    /// <summary>Stops in order and starts again on the same state.</summary>
    public async Task RestartAsync()
    {
        await _host.StopAsync();
        await DisposeHostAsync();
        await StartAsync();
    }

    /// <summary>Stops abruptly, as if killed, and starts again on the same state: no grain is deactivated, unfinished writes are lost.</summary>
    /// <param name="meanwhile">What happens while it is down.</param>
    public async Task CrashAsync(Action? meanwhile = null)
    {
        Silo.Abort();
        await DisposeHostAsync();
        meanwhile?.Invoke();
        await StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What the grains would still do is of no interest, and one that hangs must not hold the test up.
        Silo.Abort();
        await DisposeHostAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    internal EmbeddedSilo Silo => Services.GetRequiredService<EmbeddedSilo>();

    private async Task StartAsync()
    {
        // Not the default builder: its file watchers and console output have no place in a test.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddGrainRuntime(options =>
        {
            options.DataDirectory = Directory;
            options.CopyImmutable = true;
            if (double.TryParse(Environment.GetEnvironmentVariable(RandomDeactivationVariable), out var probability))
            {
                options.RandomDeactivationProbability = probability;
            }

            _configure?.Invoke(options);
        });
        _configureServices?.Invoke(builder.Services);
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task DisposeHostAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            _host.Dispose();
        }
    }
}
