using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Core.Frameworks;

namespace Platform.Grains.Frameworks;

/// <content>Operations that have an id: the scheduler is told what became of them until it says that it knows.</content>
public sealed partial class FrameworkGrain
{
    private readonly Dictionary<string, (int Times, DateTimeOffset Due)> _sentOperations = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<FrameworkReply> AcknowledgeOperationAsync(string? streamId, string operationId, string updateId) => TakeAsync(streamId, async () =>
    {
        if (!_operations.Items.TryGetValue(operationId, out var operation) || operation.UpdateId != updateId)
            return;
        _operations.Remove(operationId);
        _sentOperations.Remove(operationId);
        _status = null;
        await _writer.WriteAsync();
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> ReconcileOperationsAsync(string? streamId, ValueList<AskedOperation> operations) => TakeAsync(streamId, async () =>
    {
        if (operations.IsEmpty)
            Send([.. _operations.Items.Values.Select(known => new FrameworkEvent { Operation = Outcome(known) })]);
        foreach (var asked in operations.AsEnumerable())
            Send([new() { Operation = _operations.Items.TryGetValue(asked.OperationId, out var known) ? Outcome(known) : await OutcomeOfUnknownAsync(asked) }]);
    });

    // It was done, and is written down: what is told of it must not be lost with this activation.
    private void BookOperation(FrameworkOperation operation, string agentId)
    {
        _operations.Set(operation.OperationId!, new()
        {
            OperationId = operation.OperationId!,
            AgentId = agentId,
            UpdateId = Guid.NewGuid().ToString("N"),
            Definition = operation.Definition,
            DoneAt = _time.GetUtcNow(),
        });
        _status = null;
    }

    // Rules of Mesos' agents: again after 10 s, then ever more seldom.
    private void SendOperations()
    {
        if (_stream is null || _operations.Items.Count == 0)
            return;
        var now = _time.GetUtcNow();
        foreach (var operation in _operations.Items.Values.OrderBy(operation => operation.DoneAt).ToList())
        {
            var sent = _sentOperations.GetValueOrDefault(operation.OperationId);
            if (sent.Due > now)
                continue;
            _sentOperations[operation.OperationId] = (sent.Times + 1, now + FrameworkUpdates.RetryAfter(sent.Times + 1));
            Send([new() { Operation = Outcome(operation) with { UpdateId = operation.UpdateId } }]);
        }
    }

    // One that cannot be done is told once, as in Mesos: nothing came of it that could be lost.
    private void RefuseOperation(string? operationId, string problem)
    {
        if (operationId is not null)
            Send([new() { Operation = new() { OperationId = operationId, Message = problem, Result = OperationResult.Error } }]);
    }

    private static OperationOutcome Outcome(FrameworkOperationState operation) =>
        new() { OperationId = operation.OperationId, AgentId = operation.AgentId, Result = OperationResult.Finished };

    private async Task<OperationOutcome> OutcomeOfUnknownAsync(AskedOperation asked)
    {
        var agent = asked.AgentId is { Length: > 0 } id && await IsAgentAsync(id) ? await AskAsync(() => GrainFactory.GetGrain<IAgentGrain>(id).GetStatusAsync()) : null;
        var (result, message) = agent?.Condition switch
        {
            AgentCondition.Recovering => (OperationResult.Recovering, "Reconciliation: Agent is recovered but has not re-registered"),
            AgentCondition.Unreachable => (OperationResult.Unreachable, "Reconciliation: Agent is unreachable"),
            AgentCondition.Gone => (OperationResult.Gone, "Reconciliation: Agent marked gone by operator"),
            not null => (OperationResult.Unknown, "Reconciliation: Operation is unknown"),
            null when asked.AgentId is null => (OperationResult.Unknown, "Reconciliation: Operation is unknown and no 'agent_id' was provided"),
            null => (OperationResult.Unknown, "Reconciliation: Both operation and agent are unknown"),
        };
        return new() { OperationId = asked.OperationId, AgentId = asked.AgentId, ProviderId = asked.ProviderId, Message = message, Result = result };
    }
}
