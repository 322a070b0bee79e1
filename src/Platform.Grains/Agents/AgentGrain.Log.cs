using Microsoft.Extensions.Logging;

namespace Platform.Grains.Agents;

public sealed partial class AgentGrain
{
    [LoggerMessage(LogLevel.Information, "Agent {AgentId} is sent away: {Reason}; it has {Tasks} tasks")]
    private partial void LogSentAway(string agentId, string reason, int tasks);

    [LoggerMessage(LogLevel.Information, "Agent {AgentId} ({Name} on {Host}) began session {Epoch} with {Tasks} tasks")]
    private partial void LogRegistered(string agentId, string name, string host, long epoch, int tasks);

    [LoggerMessage(LogLevel.Warning, "Agent {AgentId} ({Name} on {Host}) is refused: {Reason}")]
    private partial void LogRefused(string agentId, string name, string host, string reason);

    [LoggerMessage(LogLevel.Information, "Agent {AgentId} lost session {Epoch}: {Reason}")]
    private partial void LogDisconnected(string agentId, long epoch, string reason);

    [LoggerMessage(LogLevel.Warning, "Agent {AgentId} is unreachable: nothing was heard since {LastSeen}; {Tasks} tasks are on it")]
    private partial void LogUnreachable(string agentId, DateTimeOffset lastSeen, int tasks);

    [LoggerMessage(LogLevel.Information, "Agent {AgentId} drains on request: grace at most {MaxGraceSeconds} s, gone afterwards {MarkGone}; {Tasks} tasks are on it")]
    private partial void LogDraining(string agentId, double? maxGraceSeconds, bool markGone, int tasks);

    [LoggerMessage(LogLevel.Information, "Agent {AgentId} is drained")]
    private partial void LogDrained(string agentId);

    [LoggerMessage(LogLevel.Information, "Agent {AgentId} takes no new tasks on request; {Tasks} tasks stay on it")]
    private partial void LogDeactivated(string agentId, int tasks);

    [LoggerMessage(LogLevel.Information, "Agent {AgentId} takes tasks again on request")]
    private partial void LogReactivated(string agentId);

    [LoggerMessage(LogLevel.Warning, "Agent {AgentId} is declared gone by an operator; {Tasks} tasks on it are given up")]
    private partial void LogGone(string agentId, int tasks);

    [LoggerMessage(LogLevel.Warning, "Agent {AgentId} reports {Updates} updates of tasks of {Owner}, which is no kind of owner that is known")]
    private partial void LogUnknownOwner(string agentId, string owner, int updates);

    [LoggerMessage(LogLevel.Warning, "Agent {AgentId}: an order of {Owner} with term {Term} is ignored: {Latest} was heard of")]
    private partial void LogSuperseded(string agentId, string owner, long term, long latest);
}
