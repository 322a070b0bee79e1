using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Platform.Agent;
using Platform.Client;
using Platform.Client.Events;
using Platform.Clustering;
using Platform.Core;
using Platform.Core.Registry;
using Platform.Host.Hosting;

namespace Platform.Testing;

/// <summary>
/// A whole platform inside the process of a test: the control plane as <c>platform dev</c> has it, on a free port of 127.0.0.1 and with its state in a
/// folder of its own, and agents. Nobody has to log in, and there is neither DNS nor an ingress. Any number of them can be there at once.
/// </summary>
/// <example><code>
/// await using var platform = await TestPlatform.StartAsync();
/// var deployment = await platform.Client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "sleep 1000" });
/// Assert.True((await deployment.WaitAsync()).Succeeded);
/// </code></example>
public sealed class TestPlatform : IAsyncDisposable
{
    private readonly TestPlatformOptions _options;
    private readonly WorkFolder _folder = new();
    private readonly PortBlock _ports = PortBlock.Take();
    private readonly ILoggerFactory _loggers;
    private readonly LocalAgents _agents;
    private WebApplication? _controlPlane;

    private TestPlatform(TestPlatformOptions options)
    {
        _options = options;
        Url = new Uri($"http://127.0.0.1:{_ports.Http}");
        Client = new PlatformClient(new() { Url = Url });
        _loggers = LoggerFactory.Create(Log);
        _agents = new(1, _folder.Path, Configure, _loggers);
    }

    /// <summary>The control plane's address. It stays the same when it is started again.</summary>
    public Uri Url { get; }

    /// <summary>A client of the control plane, disposed of with the platform.</summary>
    public PlatformClient Client { get; }

    /// <summary>Starts a platform; all its agents have joined when it is there.</summary>
    /// <param name="options">What is wanted; null: one simulated agent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="TimeoutException">Not all agents have joined in time.</exception>
    public static async Task<TestPlatform> StartAsync(TestPlatformOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfNegative(options.SimulatedAgents, nameof(options));
        var platform = new TestPlatform(options);
        try
        {
            await platform.BeginAsync(cancellationToken).ConfigureAwait(false);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Stops the control plane and starts it again with the same state, at the same address. Agents and tasks go on meanwhile, and the agents dial in
    /// again by themselves within a few seconds.
    /// </summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopControlPlaneAsync().ConfigureAwait(false);
        await StartControlPlaneAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops everything, kills what tasks still run, and removes the state.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _agents.DisposeAsync().ConfigureAwait(false);
        await StopControlPlaneAsync().ConfigureAwait(false);
        _loggers.Dispose();
        _folder.Dispose();
        _ports.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await StartControlPlaneAsync(cancellationToken).ConfigureAwait(false);
        var expected = _options.RealAgent ? 1 : _options.SimulatedAgents;
        if (expected == 0)
            return;
        _agents.Start(Url);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.StartTimeout);
        try
        {
            await foreach (var _ in Client.Events.FollowAsync(new EventOptions { Types = ["agent_added_event"], After = 0 }, limit.Token).ConfigureAwait(false))
            {
                if (--expected == 0)
                    return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
        throw new TimeoutException($"{expected} of the agents have not joined within {_options.StartTimeout.TotalSeconds:0} s; TestPlatformOptions.Logging shows why");
    }

    private async Task StartControlPlaneAsync(CancellationToken cancellationToken)
    {
        _controlPlane = ControlPlane.Build(
            new()
            {
                Listen = new(IPAddress.Loopback, _ports.Http),
                DataDirectory = _folder.Path,
                Tuning = options => options.Secrets.KeyFile = Path.Combine(_folder.Path, "secrets.key"),
                Dns = new(new MesosDnsNames(), null),
                Marathon = _ => { },
                Logging = Log,
            },
            services => services.AddSoleSilo(_folder.Path));
        await _controlPlane.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task StopControlPlaneAsync()
    {
        if (_controlPlane is not { } running)
            return;
        _controlPlane = null;
        await running.StopAsync().ConfigureAwait(false);
        await running.DisposeAsync().ConfigureAwait(false);
    }

    // The agents share nothing with those of other platforms, on this machine or in this process.
    private AgentOptions Configure(AgentOptions options) => options with
    {
        Name = "agent",
        Resources = ResourcesOf(_options.RealAgent ? _ports.Tasks : (31000, 32000)),
        Simulate = _options.RealAgent ? 0 : _options.SimulatedAgents,
        CgroupRoot = null,
        Docker = null,
    };

    private Resources ResourcesOf((int First, int Last) ports) =>
        Resources.Parse(string.Create(CultureInfo.InvariantCulture, $"cpus:{_options.Cpus};mem:{_options.Mem};disk:{_options.Disk};ports:[{ports.First}-{ports.Last}]"));

    private void Log(ILoggingBuilder logging)
    {
        if (_options.Logging is { } configure)
            configure(logging);
        else
            logging.SetMinimumLevel(LogLevel.None);
    }
}
