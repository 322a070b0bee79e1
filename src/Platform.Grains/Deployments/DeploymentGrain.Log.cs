using Microsoft.Extensions.Logging;
using Platform.Core.Deployments;

namespace Platform.Grains.Deployments;

public sealed partial class DeploymentGrain
{
    [LoggerMessage(LogLevel.Debug, "Deployment {Id}: step {Step} of {Steps} begins with {Actions} actions")]
    private partial void LogStepBegun(string id, int step, int steps, int actions);

    [LoggerMessage(LogLevel.Debug, "Deployment {Id}: step {Step} of {Steps} has ended")]
    private partial void LogStepEnded(string id, int step, int steps);

    [LoggerMessage(LogLevel.Warning, "Deployment {Id}: step {Step} failed at {AppId}: {Reason}")]
    private partial void LogStepFailed(string id, int step, string appId, string reason);

    [LoggerMessage(LogLevel.Information, "Deployment {Id} has ended: {Outcome}")]
    private partial void LogEnded(string id, string outcome);

    [LoggerMessage(LogLevel.Information, "Deployment {Id} is abandoned: {Reason}")]
    private partial void LogAbandoned(string id, string reason);

    [LoggerMessage(LogLevel.Information, "Deployment {Id} is paused in step {Step}")]
    private partial void LogPaused(string id, int step);

    [LoggerMessage(LogLevel.Information, "Deployment {Id} goes on with step {Step}")]
    private partial void LogResumed(string id, int step);

    [LoggerMessage(LogLevel.Warning, "Deployment {Id} could not be recorded; the tree still has it")]
    private partial void LogNotRecorded(Exception failure, string id);

    [LoggerMessage(LogLevel.Warning, "Deployment {Id}: {AppId} could not be told to pause and is told again after {RepeatAfter}")]
    private partial void LogHaltFailed(Exception failure, string id, string appId, TimeSpan repeatAfter);

    [LoggerMessage(LogLevel.Warning, "Deployment {Id}: {Kind} of {AppId} could not be ordered and is repeated after {RepeatAfter}")]
    private partial void LogOrderFailed(Exception failure, string id, DeploymentActionKind kind, string appId, TimeSpan repeatAfter);
}
