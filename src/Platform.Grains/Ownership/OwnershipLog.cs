using Microsoft.Extensions.Logging;
using Platform.Core.Tasks;

namespace Platform.Grains.Ownership;

/// <summary>What owners of tasks tell the operators: one line for each decision, with its reason.</summary>
internal static partial class OwnershipLog
{
    [LoggerMessage(LogLevel.Warning, "{Owner}: what was decided could not be stored; it begins anew with what is")]
    public static partial void WriteFailed(this ILogger logger, Exception failure, string owner);

    [LoggerMessage(LogLevel.Error, "{Owner}: what was due failed and is tried again")]
    public static partial void TickFailed(this ILogger logger, Exception failure, string owner);

    [LoggerMessage(LogLevel.Information, "{Owner}: task {TaskId} shall leave: {Reason}")]
    public static partial void Evicted(this ILogger logger, string owner, string taskId, string reason);

    [LoggerMessage(LogLevel.Warning, "{Owner}: task {TaskId} on agent {AgentId} is not one of its tasks and is killed")]
    public static partial void UnknownTask(this ILogger logger, string owner, string taskId, string agentId);

    [LoggerMessage(LogLevel.Warning, "{Owner}: agent {AgentId} says of task {TaskId} that it is {State}, but the task is on agent {Launched}: the word does not count, and what runs under that name there is killed")]
    public static partial void StrangeTask(this ILogger logger, string owner, string taskId, TaskState state, string agentId, string launched);

    [LoggerMessage(LogLevel.Information, "{Owner}: {Count} tasks are launched on {Agents} agents")]
    public static partial void Launching(this ILogger logger, string owner, int count, int agents);

    [LoggerMessage(LogLevel.Information, "{Owner}: {Count} places came for launches that are no longer wanted and are released")]
    public static partial void NotWanted(this ILogger logger, string owner, int count);

    [LoggerMessage(LogLevel.Warning, "{Owner}: {Count} launches were refused by agent {AgentId}: {Reason}")]
    public static partial void LaunchRefused(this ILogger logger, string owner, int count, string agentId, string reason);

    [LoggerMessage(LogLevel.Warning, "{Owner}: {Count} launches on agent {AgentId} may have failed; the agent is asked for its tasks")]
    public static partial void LaunchFailed(this ILogger logger, Exception failure, string owner, int count, string agentId);

    [LoggerMessage(LogLevel.Warning, "{Owner}: what the launch of task {TaskId} needs could not be read")]
    public static partial void BuildFailed(this ILogger logger, Exception failure, string owner, string taskId);

    [LoggerMessage(LogLevel.Information, "{Owner}: recovering {Tasks} tasks on {Agents} agents")]
    public static partial void Recovering(this ILogger logger, string owner, int tasks, int agents);

    [LoggerMessage(LogLevel.Warning, "{Owner}: agent {AgentId} does not answer; it is asked again")]
    public static partial void AgentSilent(this ILogger logger, Exception failure, string owner, string agentId);

    [LoggerMessage(LogLevel.Warning, "{Owner}: the allocator did not take {Submitted} demands or tasks and {Withdrawn} withdrawals; it is told again")]
    public static partial void AllocatorSilent(this ILogger logger, Exception failure, string owner, int submitted, int withdrawn);

    [LoggerMessage(LogLevel.Information, "{Owner}: {Volumes} volumes on agent {AgentId} belong to no task any more and are freed")]
    public static partial void VolumesFreed(this ILogger logger, string owner, int volumes, string agentId);
}
