using Microsoft.Extensions.Logging;
using Platform.Agent.Session;
using Platform.Contracts.Agents;

namespace Platform.Agent.Simulation;

/// <summary>Many agents without processes in one process, each with a session of its own.</summary>
internal static class SimulatedAgents
{
    /// <summary>So many dial at the same time; the rest wait for their turn.</summary>
    private const int DialsPerTenth = 50;

    /// <summary>Runs until cancelled.</summary>
    public static async Task RunAsync(AgentOptions options, HttpMessageInvoker http, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        logger.LogInformation("Simulating {Count} agents of {Resources} each: they run no processes", options.Simulate, options.Resources);
        var sessions = new List<Task>(options.Simulate);
        for (var i = 1; i <= options.Simulate && !cancellation.IsCancellationRequested; i++)
        {
            var session = new AgentSession(options.Masters, new SimulatedAgent(Registration(options, i), time), http, time, logger, options.Token);
            sessions.Add(session.RunAsync(cancellation));
            if (i % DialsPerTenth == 0)
            {
                try
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    break;
                }
            }
        }
        await Task.WhenAll(sessions).ConfigureAwait(false);
    }

    /// <summary>The same number is the same agent in every run, under the same name.</summary>
    private static AgentRegistration Registration(AgentOptions options, int number) => new()
    {
        AgentId = $"simulated-{options.Name}-{number}",
        Name = $"{options.Name}-{number}",
        Hostname = $"{options.Name}-{number}.simulated",
        Resources = options.Resources,
        Attributes = options.Attributes,
        Region = options.Region,
        Zone = options.Zone,
        Taints = options.Taints,
        Pool = options.Pool,
        Containerizers = ["process"],
        Simulated = true,
        Isolation = "none: no processes are run",
        Run = Guid.NewGuid().ToString("N"),
    };
}
