using Microsoft.Extensions.Logging;
using Platform.Core.Placement;

namespace Platform.Grains.Allocation;

public sealed partial class AllocatorGrain
{
    [LoggerMessage(LogLevel.Debug, "Round: {Placed} placed, {Preempted} preempted, {Satisfied} demands satisfied, {Waiting} tasks wait")]
    private partial void LogDecided(int placed, int preempted, int satisfied, int waiting);

    [LoggerMessage(LogLevel.Information, "Task {TaskId} on {AgentId} must leave ({Cause}) for {ForTaskId}")]
    private partial void LogPreempted(string taskId, string agentId, PreemptionCause cause, string? forTaskId);

    [LoggerMessage(LogLevel.Information, "Demand {DemandId}: {Waiting} tasks wait, impossible {Impossible}: {Reason}")]
    private partial void LogWaits(string demandId, int waiting, bool impossible, string reason);

    [LoggerMessage(LogLevel.Warning, "Demand {DemandId} is given up: the time limit of its gang has passed")]
    private partial void LogExpired(string demandId);

    [LoggerMessage(LogLevel.Information, "{Owner} resynced with {Tasks} tasks; {Released} places that it does not know were released")]
    private partial void LogResynced(string owner, int tasks, int released);

    [LoggerMessage(LogLevel.Information, "Weight of role {Role} set to {Weight}")]
    private partial void LogWeight(string role, double weight);

    [LoggerMessage(LogLevel.Information, "Reserved at run time on agent {AgentId}: {Resources}")]
    private partial void LogReserved(string agentId, string resources);

    [LoggerMessage(LogLevel.Information, "Quota of role {Role} set: guarantee {Guarantee}, limit {Limit}")]
    private partial void LogQuota(string role, string guarantee, string limit);

    [LoggerMessage(LogLevel.Warning, "The allocator's run {Run} is not on record, and ends before it has told anybody anything")]
    private partial void LogNotConfirmed(Exception failure, long run);
}
