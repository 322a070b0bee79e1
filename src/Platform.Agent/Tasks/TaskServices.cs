using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Containerizers;
using Platform.Agent.Executors;
using Platform.Agent.Fetching;
using Platform.Agent.Security;
using Platform.Agent.Updates;

namespace Platform.Agent.Tasks;

/// <summary>What all tasks of an agent share.</summary>
internal sealed record TaskServices
{
    public required WorkDirectory Work { get; init; }

    public required ContainerizerTable Containerizers { get; init; }

    public required UpdateOutbox Outbox { get; init; }

    public required UpdateJournal Journal { get; init; }

    public required Fetcher Fetcher { get; init; }

    public required ExecutorTable Executors { get; init; }

    public required ICheckProbe Probe { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    public required TaskIdentities Identities { get; init; }

    /// <summary>The address of the tasks' ports.</summary>
    public required string Address { get; init; }

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
