using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Containerizers;
using Platform.Agent.Executors;
using Platform.Agent.Fetching;
using Platform.Agent.Security;
using Platform.Agent.Updates;
using Platform.Core;
using Platform.Core.Tasks;

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

    /// <summary>The most bytes that may be fetched and unpacked for one task; null: as many as the disk has room for.</summary>
    public long? FetchLimit { get; init; }

    /// <summary>Whether the disk that tasks asked for is a limit.</summary>
    public bool EnforceDisk { get; init; }

    /// <summary>The address of the tasks' ports.</summary>
    public required string Address { get; init; }

    /// <summary>The agent stops: tasks are left as they are.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>So many tasks are prepared and started at a time.</summary>
    public SemaphoreSlim StartGate { get; } = new(SimultaneousStarts);

    private static int SimultaneousStarts => Math.Max(2, Environment.ProcessorCount);

    /// <summary>How much may be fetched for a task, and unpacked.</summary>
    public FetchBudget FetchBudgetOf(TaskSpec spec)
    {
        const long Megabyte = 1024 * 1024;
        var disk = EnforceDisk && spec.Resources.Scalar(ResourceNames.Disk) is > 0 and var asked ? (long)(asked * Megabyte) : (long?)null;
        return disk is { } most && !(FetchLimit < most) ? new(most, "its disk") : new(FetchLimit);
    }

    /// <summary>Waits for starts that are under way, so that nothing is started for a work directory that is not locked any more.</summary>
    public async Task FinishStartsAsync()
    {
        for (var i = 0; i < SimultaneousStarts; i++)
            await StartGate.WaitAsync().ConfigureAwait(false);
    }
}
