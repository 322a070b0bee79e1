using Microsoft.Extensions.Logging;
using Platform.Core.Tasks;

namespace Platform.Grains.Frameworks;

public sealed partial class FrameworkGrain
{
    [LoggerMessage(LogLevel.Information, "Framework {Id} ({Name}) subscribed with {Tasks} tasks")]
    private partial void LogSubscribed(string id, string name, int tasks);

    [LoggerMessage(LogLevel.Information, "Framework {Id} is away; it has {Seconds} s to come back")]
    private partial void LogDisconnected(string id, double seconds);

    [LoggerMessage(LogLevel.Information, "Framework {Id} has ended: {Reason}; {Tasks} tasks are killed")]
    private partial void LogEnded(string id, string reason, int tasks);

    [LoggerMessage(LogLevel.Debug, "Framework {Id} launches {Tasks} tasks on agent {AgentId}")]
    private partial void LogLaunching(string id, int tasks, string agentId);

    [LoggerMessage(LogLevel.Warning, "Framework {Id}: whether a launch reached agent {AgentId} is not known; it is asked")]
    private partial void LogLaunchFailed(Exception failure, string id, string agentId);

    [LoggerMessage(LogLevel.Information, "Framework {Id}: task {TaskId} is {State}: {Reason} {Message}")]
    private partial void LogTaskEnded(string id, string taskId, TaskState state, string? reason, string? message);

    [LoggerMessage(LogLevel.Information, "Framework {Id}: executor {ExecutorId} on agent {AgentId} has ended with status {Status}")]
    private partial void LogExecutorEnded(string id, string executorId, string agentId, int status);

    [LoggerMessage(LogLevel.Warning, "Framework {Id} does not have task {TaskId} of agent {AgentId}: it is killed")]
    private partial void LogUnknown(string id, string taskId, string agentId);

    [LoggerMessage(LogLevel.Warning, "Framework {Id}: agent {AgentId} says of task {TaskId} that it is {State}, but the task is on agent {Launched}: the word does not count, and what runs under that name there is killed")]
    private partial void LogStranger(string id, string taskId, TaskState state, string agentId, string launched);

    [LoggerMessage(LogLevel.Warning, "Framework {Id} could not tell the allocator what it has; it tries again")]
    private partial void LogNotResynced(Exception failure, string id);

    [LoggerMessage(LogLevel.Warning, "Framework {Id}: what was due could not be done; it is tried again")]
    private partial void LogTickFailed(Exception failure, string id);
}
