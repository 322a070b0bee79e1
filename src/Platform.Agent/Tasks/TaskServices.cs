using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Fetching;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Updates;

namespace Platform.Agent.Tasks;

/// <summary>What all tasks of an agent share.</summary>
internal sealed record TaskServices
{
    public required WorkDirectory Work { get; init; }

    public required ShimLauncher Shims { get; init; }

    public required ProcessWatcher Watcher { get; init; }

    public required ICgroupLayout Cgroups { get; init; }

    public required UpdateOutbox Outbox { get; init; }

    public required UpdateJournal Journal { get; init; }

    public required Fetcher Fetcher { get; init; }

    public required ICheckProbe Probe { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The name or address that tasks get as HOST.</summary>
    public required string Hostname { get; init; }

    /// <summary>The address of the tasks' ports.</summary>
    public required string Address { get; init; }

    /// <summary>The limit on processes and threads of a task; null: none.</summary>
    public long? ProcessesPerTask { get; init; }

    /// <summary>The agent stops: tasks are left as they are.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>So many tasks are prepared and started at a time.</summary>
    public SemaphoreSlim StartGate { get; } = new(SimultaneousStarts);

    private static int SimultaneousStarts => Math.Max(2, Environment.ProcessorCount);

    /// <summary>Waits for starts that are under way, so that nothing is started for a work directory that is not locked any more.</summary>
    public async Task FinishStartsAsync()
    {
        for (var i = 0; i < SimultaneousStarts; i++)
            await StartGate.WaitAsync().ConfigureAwait(false);
    }
}
