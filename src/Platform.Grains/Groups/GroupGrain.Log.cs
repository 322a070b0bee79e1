using Microsoft.Extensions.Logging;
using Platform.Core.Groups;

namespace Platform.Grains.Groups;

public sealed partial class GroupGrain
{
    [LoggerMessage(LogLevel.Information, "Change {Version} accepted: deployment {DeploymentId} of {Apps} apps in {Steps} steps; {Canceled} deployments give way")]
    private partial void LogAccepted(string version, string deploymentId, int apps, int steps, int canceled);

    [LoggerMessage(LogLevel.Information, "Change refused: {Outcome} {Subject} {Problems} {Conflicts}")]
    private partial void LogRefused(ChangeOutcome outcome, string? subject, string problems, string conflicts);

    [LoggerMessage(LogLevel.Information, "Deployment {DeploymentId} is canceled on request, force {Force}")]
    private partial void LogCanceled(string deploymentId, bool force);

    [LoggerMessage(LogLevel.Warning, "Deployment {DeploymentId} failed: {Reason}; way back: {Outcome}, deployment {RollbackId}")]
    private partial void LogFailed(string deploymentId, string reason, ChangeOutcome outcome, string rollbackId);

    [LoggerMessage(LogLevel.Warning, "Deployment {DeploymentId} does not answer; it is asked again after {RepeatAfter}")]
    private partial void LogDeploymentSilent(Exception failure, string deploymentId, TimeSpan repeatAfter);

    [LoggerMessage(LogLevel.Information, "Secrets have new values: {Apps} are replaced")]
    private partial void LogRolls(string apps);

    [LoggerMessage(LogLevel.Warning, "Secrets have new values, but {Apps} cannot be replaced now: {Outcome}; it is tried again after the next deployment")]
    private partial void LogNotRolled(string apps, ChangeOutcome outcome);

    [LoggerMessage(LogLevel.Information, "Group {Group} has another limit: {Limit}")]
    private partial void LogLimit(string group, string limit);

    [LoggerMessage(LogLevel.Error, "The tree could not be stored; the changes that waited for it are refused")]
    private partial void LogBroken(Exception failure);
}
