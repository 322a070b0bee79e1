using Platform.Contracts.Allocation;
using Platform.Contracts.Recovery;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>A grain that owns tasks: an app, a job or a framework. What comes up from the allocator and from agents reaches it here.</summary>
/// <remarks>
/// Nobody below waits for an answer before it goes on, but everybody notices when none comes, and tells it again a second later. What the
/// allocator tells carries its run: an owner ignores what an earlier run tells than the last it has heard of.
/// </remarks>
[Alias("Platform.ITaskOwnerGrain")]
public interface ITaskOwnerGrain : IGrainWithStringKey, IWakeable
{
    /// <summary>Places were found. The owner records them and launches, or releases what it no longer wants.</summary>
    [Alias("Placed")]
    Task PlacedAsync(PlacementBatch batch);

    /// <summary>Updates of its tasks on one agent. The owner persists them, then acknowledges those that have an update id.</summary>
    [Alias("TaskStatus")]
    Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates);

    /// <summary>An agent began a session, became unreachable, is draining or is gone: these are the owner's tasks on it.</summary>
    [Alias("AgentChanged")]
    Task AgentChangedAsync(AgentTasks tasks);

    /// <summary>The same of many agents at once.</summary>
    [Alias("AgentsChanged")]
    Task AgentsChangedAsync(ValueList<AgentTasks> agents);

    /// <summary>These tasks must leave for more important ones; the owner kills them with their grace.</summary>
    [Alias("Preempt")]
    Task PreemptAsync(ValueList<string> taskIds, string reason, long run);

    /// <summary>Gangs of these demands found no room within their time limit; the demands do not wait any more.</summary>
    [Alias("GangExpired")]
    Task GangExpiredAsync(ValueList<string> demandIds, long run);

    /// <summary>There is no room now for what is left of these demands, which go on waiting. Told once for each, and only while all agents are known.</summary>
    [Alias("NoRoom")]
    Task NoRoomAsync(ValueList<DemandWithoutRoom> demands, long run);

    /// <summary>These places were found a while ago and hold resources in the owner's name: it releases those that it has no task for.</summary>
    [OneWay, Alias("ReviewPlaces")]
    Task ReviewPlacesAsync(ValueList<string> taskIds, long run);

    /// <summary>Which of these tasks the owner has on this agent, by its own record, and has not seen end. It is this that tokens of tasks are signed by: what agents say does not count.</summary>
    [AlwaysInterleave, Alias("Held")]
    Task<ValueList<string>> HeldAsync(string agentId, ValueList<string> taskIds);

    /// <summary>The allocator has begun anew and knows nothing of the owner, which resyncs and submits its demands again unless it has done so with this very run of the allocator.</summary>
    /// <param name="run">The number that <see cref="Allocation.IAllocatorGrain.ResyncAsync"/> answers with.</param>
    [Alias("AllocatorStarted")]
    Task AllocatorStartedAsync(long run);
}
