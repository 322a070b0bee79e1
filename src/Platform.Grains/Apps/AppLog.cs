using Microsoft.Extensions.Logging;
using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Grains.Apps;

/// <summary>What apps tell the operators: one line for each decision, with its reason.</summary>
internal static partial class AppLog
{
    [LoggerMessage(LogLevel.Information, "App {AppId}: deployment {DeploymentId} orders {Kind} to version {Version} with {Instances} instances")]
    public static partial void Ordered(this ILogger logger, string appId, string deploymentId, DeploymentActionKind kind, string? version, int instances);

    [LoggerMessage(LogLevel.Information, "App {AppId}: {Explanation}")]
    public static partial void Decided(this ILogger logger, string appId, string explanation);

    [LoggerMessage(LogLevel.Warning, "App {AppId}: {Kind} of deployment {DeploymentId} is given up: {Failure}")]
    public static partial void OrderFailed(this ILogger logger, string appId, string deploymentId, DeploymentActionKind kind, string failure);

    [LoggerMessage(LogLevel.Information, "App {AppId}: deployment {DeploymentId} goes no further, what runs is kept")]
    public static partial void Abandoned(this ILogger logger, string appId, string deploymentId);

    [LoggerMessage(LogLevel.Information, "App {AppId}: {Kind} of deployment {DeploymentId} is refused: {Term} is before {Seen}")]
    public static partial void OrderRefused(this ILogger logger, string appId, string deploymentId, DeploymentActionKind kind, OrderTerm term, OrderTerm seen);

    [LoggerMessage(LogLevel.Information, "App {AppId}: canary step {Step} is promoted by request")]
    public static partial void Promoted(this ILogger logger, string appId, int step);

    [LoggerMessage(LogLevel.Information, "App {AppId}: load changes the number of instances from {Before} to {Instances}: {Arithmetic}")]
    public static partial void Autoscaled(this ILogger logger, string appId, int before, int instances, string arithmetic);

    [LoggerMessage(LogLevel.Information, "App {AppId}: the launch delay is reset by request")]
    public static partial void DelayReset(this ILogger logger, string appId);

    [LoggerMessage(LogLevel.Information, "App {AppId}: {Count} instances are killed by request, wipe {Wipe}")]
    public static partial void KilledByRequest(this ILogger logger, string appId, int count, bool wipe);

    [LoggerMessage(LogLevel.Information, "App {AppId}: task {TaskId} is killed: {Reason}")]
    public static partial void Killed(this ILogger logger, string appId, string taskId, string reason);

    [LoggerMessage(LogLevel.Debug, "App {AppId}: task {TaskId} ended as {State} after it was killed: {Reason}")]
    public static partial void Ended(this ILogger logger, string appId, string taskId, TaskState state, string reason);

    [LoggerMessage(LogLevel.Warning, "App {AppId}: task {TaskId} ended as {State}: {Reason} {Explanation} (exit status {ExitStatus}, signal {Signal})")]
    public static partial void EndedItself(this ILogger logger, string appId, string taskId, TaskState state, string? reason, string? explanation, int? exitStatus, int? signal);

    [LoggerMessage(LogLevel.Information, "App {AppId}: the next launch waits {Seconds} s until {Until} because the last one ended")]
    public static partial void Delayed(this ILogger logger, string appId, double seconds, DateTimeOffset until);

    [LoggerMessage(LogLevel.Information, "App {AppId}: {Tasks} tasks on agent {AgentId} are given the new values of their secrets")]
    public static partial void RenewsSecrets(this ILogger logger, string appId, int tasks, string agentId);

    [LoggerMessage(LogLevel.Warning, "App {AppId}: the secrets of {InstanceId} stay as they are: {Problem}")]
    public static partial void SecretsNotRenewed(this ILogger logger, string appId, string instanceId, string problem);

    [LoggerMessage(LogLevel.Warning, "App {AppId}: tasks could not be given the new values of their secrets; tried again at {Again}")]
    public static partial void SecretsNotTold(this ILogger logger, Exception failure, string appId, DateTimeOffset again);

    [LoggerMessage(LogLevel.Information, "App {AppId}: a secret has a new value (change {Change}), its tasks are told")]
    public static partial void SecretsChanged(this ILogger logger, string appId, long change);
}
