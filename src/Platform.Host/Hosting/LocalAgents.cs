using Platform.Agent;
using Platform.Core;

namespace Platform.Host.Hosting;

/// <summary>Agents inside the control plane's own process, for one machine. They share what the machine has.</summary>
internal sealed class LocalAgents(int count, string dataDirectory, Func<AgentOptions, AgentOptions> configure, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    /// <summary>Starts them; they dial in to the control plane at this address.</summary>
    internal void Start(Uri master) => running = Task.WhenAll(Enumerable.Range(0, count).Select(index => RunAsync(index, master)));

    /// <summary>Closes the sessions; tasks are left running.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync(int index, Uri master)
    {
        var work = Path.Combine(dataDirectory, "agents", $"{index + 1}");
        var all = AgentOptions.Local(work, count == 1 ? Environment.MachineName : $"{Environment.MachineName}-{index + 1}", master);
        var options = configure(all with { Resources = PartOf(all.Resources, index) });
        // They see the same folders, and a file shall make one run.
        if (index > 0)
            options = options with { WatchFolders = default };
        try
        {
            await AgentDaemon.RunAsync(options, loggers, stop.Token);
        }
        catch (AgentStartException exception)
        {
            loggers.CreateLogger<LocalAgents>().LogError("Local agent {Name} does not run: {Reason}", options.Name, exception.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>An equal part of every scalar, and a run of ports of its own.</summary>
    private Resources PartOf(Resources all, int index) => Resources.Of(all.Select(resource => resource.Type switch
    {
        ResourceType.Scalar => resource with { Milli = resource.Milli / count },
        ResourceType.Ranges => resource with { Ranges = PartOf(resource.Ranges, index) },
        _ => resource,
    }));

    private ValueRanges PartOf(ValueRanges all, int index)
    {
        var size = (int)(all.Count / count);
        return ValueRanges.OfNumbers(all.Numbers().Skip(index * size).Take(size));
    }
}
