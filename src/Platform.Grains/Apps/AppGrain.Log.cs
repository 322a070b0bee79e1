using Microsoft.Extensions.Logging;
using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Grains.Apps;

/// <summary>What the app tells the operators: one line for each decision, with its reason.</summary>
public sealed partial class AppGrain
{
    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: deployment {DeploymentId} orders {Kind} to version {Version} with {Instances} instances")]
    private partial void LogOrdered(string appId, string deploymentId, DeploymentActionKind kind, string? version, int instances);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: {Explanation}")]
    private partial void LogDecided(string appId, string explanation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: {Kind} of deployment {DeploymentId} is given up: {Failure}")]
    private partial void LogFailed(string appId, string deploymentId, DeploymentActionKind kind, string failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: deployment {DeploymentId} goes no further, what runs is kept")]
    private partial void LogAbandoned(string appId, string deploymentId);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: canary step {Step} is promoted by request")]
    private partial void LogPromoted(string appId, int step);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: load changes the number of instances from {Before} to {Instances}: {Arithmetic}")]
    private partial void LogAutoscaled(string appId, int before, int instances, string arithmetic);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: the launch delay is reset by request")]
    private partial void LogDelayReset(string appId);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: {Count} instances are killed by request, wipe {Wipe}")]
    private partial void LogKilledByRequest(string appId, int count, bool wipe);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: task {TaskId} is killed: {Reason}")]
    private partial void LogKilled(string appId, string taskId, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "App {AppId}: task {TaskId} ended as {State} after it was killed: {Reason}")]
    private partial void LogEnded(string appId, string taskId, TaskState state, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: task {TaskId} ended as {State}: {Reason} {Explanation} (exit status {ExitStatus}, signal {Signal})")]
    private partial void LogEndedItself(string appId, string taskId, TaskState state, string? reason, string? explanation, int? exitStatus, int? signal);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: the next launch waits {Seconds} s until {Until} because the last one ended")]
    private partial void LogDelayed(string appId, double seconds, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: task {TaskId} shall leave: {Reason}")]
    private partial void LogEvicted(string appId, string taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: task {TaskId} on agent {AgentId} is not one of its instances and is killed")]
    private partial void LogUnknown(string appId, string taskId, string agentId);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: {Count} instances are launched on {Agents} agents")]
    private partial void LogLaunching(string appId, int count, int agents);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: {Count} places came for launches that are no longer wanted and are released")]
    private partial void LogNotWanted(string appId, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: {Count} launches were refused by agent {AgentId}: {Reason}")]
    private partial void LogRefused(string appId, int count, string agentId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: {Count} launches on agent {AgentId} may have failed; the agent is asked for its tasks")]
    private partial void LogLaunchFailed(Exception failure, string appId, int count, string agentId);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: recovering {Instances} instances on {Agents} agents")]
    private partial void LogRecovering(string appId, int instances, int agents);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: agent {AgentId} does not answer; it is asked again")]
    private partial void LogAgentSilent(Exception failure, string appId, string agentId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "App {AppId}: the allocator did not take {Submitted} demands and {Withdrawn} withdrawals; they are made again")]
    private partial void LogAllocatorSilent(Exception failure, string appId, int submitted, int withdrawn);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: the volumes of instance {InstanceId} on agent {AgentId} are freed")]
    private partial void LogVolumesFreed(string appId, string instanceId, string agentId);

    [LoggerMessage(Level = LogLevel.Information, Message = "App {AppId}: {Volumes} volumes on agent {AgentId} belong to no instance and are freed")]
    private partial void LogVolumesUnknown(string appId, int volumes, string agentId);
}
