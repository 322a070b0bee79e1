using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Maintenance;

namespace Platform.Contracts.Maintenance;

/// <summary>The schedule of maintenance, and which machines are down. One for the whole cluster, key 0.</summary>
[Alias("Platform.IMaintenanceGrain")]
public interface IMaintenanceGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>All of it.</summary>
    [AlwaysInterleave, Alias("Get")]
    Task<MaintenancePlan> GetAsync();

    /// <summary>Replaces the schedule; durable when it returns. Problems are returned, and then nothing has changed.</summary>
    [Alias("Update")]
    Task<ValueList<string>> UpdateAsync(ValueList<ScheduledWindow> windows);

    /// <summary>Takes machines down: their agents are sent away, with all tasks. Durable, and done on the agents that answer, when it returns.</summary>
    [Alias("Start")]
    Task<ValueList<string>> StartAsync(ValueList<MachineId> machines);

    /// <summary>Brings machines up: their agents are let in again when they dial. Durable when it returns.</summary>
    [Alias("Stop")]
    Task<ValueList<string>> StopAsync(ValueList<MachineId> machines);

    /// <summary>The machine that an agent is on, if it is down; null: the agent may come.</summary>
    [AlwaysInterleave, Alias("FindDown")]
    Task<MachineId?> FindDownAsync(string hostname, string address);

    /// <summary>The allocator has begun anew and is told of the schedule again.</summary>
    [AlwaysInterleave, Alias("AllocatorStarted")]
    Task AllocatorStartedAsync();
}
