using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Grains.Frameworks;

/// <content>What the scheduler asks for.</content>
public sealed partial class FrameworkGrain
{
    private long _answers;

    /// <inheritdoc/>
    public Task<FrameworkReply> CheckAsync(string? streamId) => Task.FromResult(Check(streamId));

    private FrameworkReply Check(string? streamId)
    {
        // Who asks for a framework that never was makes none.
        if (Record.Spec is null && _subscribing == 0)
            DeactivateOnIdle();
        return Judge(streamId);
    }

    private FrameworkReply Judge(string? streamId) =>
        !IsThere ? new(FrameworkReplyKind.Unknown)
        : _stream is null ? new(FrameworkReplyKind.NotSubscribed)
        : streamId is null ? new(FrameworkReplyKind.NoStream)
        : streamId != Record.StreamId ? new(FrameworkReplyKind.OtherStream)
        : FrameworkReply.Taken;

    private async Task<FrameworkReply> TakeAsync(string? streamId, Func<Task> act)
    {
        var reply = Check(streamId);
        if (reply.Kind == FrameworkReplyKind.Taken)
            await act();
        return reply;
    }

    /// <inheritdoc/>
    public Task<FrameworkReply> DeclineAsync(string? streamId, ValueList<string> offerIds, double refuseSeconds) => TakeAsync(streamId, () =>
    {
        _answers++;
        _status = null;
        foreach (var id in offerIds)
            _offers.Remove(id);
        return Allocator.DeclineAsync(Owner, offerIds, refuseSeconds);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> AnswerInverseOffersAsync(string? streamId, ValueList<string> inverseOfferIds, bool accepted, double refuseSeconds) => TakeAsync(streamId, () =>
    {
        _answers++;
        foreach (var id in inverseOfferIds)
            _inverseOffers.Remove(id);
        return Allocator.AnswerInverseOffersAsync(Owner, inverseOfferIds, accepted, refuseSeconds);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> ReviveAsync(string? streamId, ValueList<string> roles) => TakeAsync(streamId, () =>
    {
        if (roles.IsEmpty)
            _suppressed.Clear();
        else
            _suppressed.ExceptWith(roles);
        return Allocator.ReviveAsync(Owner, roles);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> SuppressAsync(string? streamId, ValueList<string> roles) => TakeAsync(streamId, () =>
    {
        _suppressed.UnionWith(roles.IsEmpty ? Record.Spec!.Roles : roles);
        return Allocator.SuppressAsync(Owner, roles);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> KillAsync(string? streamId, string taskId, string? agentId, double? graceSeconds) => TakeAsync(streamId, async () =>
    {
        if (!_items.Items.TryGetValue(taskId, out var task) || task.IsCompleted)
            await AnswerUnknownAsync(new(taskId, agentId));
        else if (!task.State.IsTerminal())
            await KillAsync([task], graceSeconds, null);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> ShutdownAsync(string? streamId, string executorId, string agentId) => TakeAsync(streamId, async () =>
    {
        if (_executorAt.TryGetValue((agentId, executorId), out var executor) && _executors.Items.ContainsKey(executor.PlaceId))
            await KillExecutorsAsync([executor], null, null);
        await KillAsync(Live().Where(task => task.AgentId == agentId && task.ExecutorId == executorId && task.RunsIn is null).ToList(), null, null);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> AcknowledgeAsync(string? streamId, string taskId, string updateId) => TakeAsync(streamId, async () =>
    {
        if (!_items.Items.TryGetValue(taskId, out var task))
            return;
        var after = task.Acknowledged(updateId);
        if (after == task)
            return;
        _sent.Remove(taskId);
        Set(after);
        if (after.IsCompleted)
            ForgetOldest();
        await _writer.WriteAsync();
        SendFirst(taskId);
    });

    /// <inheritdoc/>
    public Task<FrameworkReply> ReconcileAsync(string? streamId, ValueList<AskedTask> tasks) => TakeAsync(streamId, async () =>
    {
        if (tasks.IsEmpty)
        {
            Send([.. Live().Select(task => new FrameworkEvent { Update = Latest(task) })]);
            return;
        }
        foreach (var asked in tasks.AsEnumerable())
        {
            if (_items.Items.TryGetValue(asked.TaskId, out var task) && !task.IsCompleted)
                Answer(task);
            else
                await AnswerUnknownAsync(asked);
        }
    });

    /// <inheritdoc/>
    public async Task<FrameworkReply> UpdateAsync(string? streamId, FrameworkSpec framework)
    {
        if (Check(streamId) is { Kind: not FrameworkReplyKind.Taken } refused)
            return refused;
        if (Record.Spec!.ValidateChange(framework) is { } problem)
            return new(FrameworkReplyKind.Invalid, problem);
        var subscription = framework.Subscription(Owner);
        var problems = await Allocator.SubscribeAsync(subscription);
        if (!problems.IsEmpty)
            return new(FrameworkReplyKind.Invalid, string.Join("; ", problems.AsEnumerable()));
        _suppressed.Clear();
        Record.Spec = framework;
        Changed();
        await _writer.WriteAsync();
        return FrameworkReply.Taken;
    }

    /// <inheritdoc/>
    public Task<FrameworkReply> TeardownAsync(string? streamId) => TakeAsync(streamId, () => EndAsync("it was torn down by its scheduler"));

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync()
    {
        if (!IsThere)
            return false;
        await EndAsync("it was torn down by an operator");
        return true;
    }

    private async Task EndAsync(string reason)
    {
        LogEnded(Id, reason, _live.Count);
        _stream?.CloseAsync("Framework has been removed").Ignore();
        Detach();
        Record.StreamId = null;
        Record.RemovedAt = _time.GetUtcNow();
        // Nobody waits for their outcome any more.
        foreach (var id in _operations.Items.Keys.ToList())
            _operations.Remove(id);
        Changed();
        await _writer.WriteAsync();
        await Allocator.DisconnectAsync(Owner);
        await KillExecutorsAsync([.. _executors.Items.Values], null, null);
        await KillAsync([.. Live().Where(task => task.RunsIn is null)], null, null);
        if (_live.Count == 0 && _executors.Items.Count == 0)
            await Allocator.RemoveFrameworkAsync(Owner);
    }

    private void Answer(FrameworkTaskState task) => Send([new() { Update = Latest(task) }]);

    // The state that its updates have reached; those that are not acknowledged yet come on their own.
    private FrameworkUpdate Latest(FrameworkTaskState task)
    {
        var last = task.Statuses.IsEmpty ? null : task.Statuses[task.Statuses.Count - 1];
        return new()
        {
            AgentId = task.AgentId,
            ExecutorId = task.ExecutorId,
            IsFromControlPlane = true,
            UnreachableSince = last?.UnreachableSince,
            Container = last?.Container,
            Parent = last?.Parent,
            Status = new()
            {
                TaskId = task.TaskId,
                Owner = Owner,
                State = FrameworkUpdates.Told(task.State, Record.Spec!.IsPartitionAware),
                Reason = TaskReasons.Reconciliation,
                Message = FrameworkUpdates.LatestState,
                Timestamp = _time.GetUtcNow(),
                Healthy = last?.Status.Healthy,
                IpAddresses = last?.Status.IpAddresses ?? default,
                Checks = last?.Status.Checks ?? default,
            },
        };
    }

    private async Task AnswerUnknownAsync(AskedTask asked)
    {
        var agent = AskedAgent.Unknown;
        DateTimeOffset? unreachable = null;
        if (asked.AgentId is { Length: > 0 } id && await IsAgentAsync(id) && await AskAsync(() => GrainFactory.GetGrain<IAgentGrain>(id).GetStatusAsync()) is { } status)
        {
            agent = status.Condition switch
            {
                AgentCondition.Recovering => AskedAgent.Recovering,
                AgentCondition.Unreachable => AskedAgent.Unreachable,
                AgentCondition.Gone => AskedAgent.Gone,
                _ => AskedAgent.Registered,
            };
            unreachable = status.UnreachableSince;
        }
        if (FrameworkUpdates.OfUnknown(agent, Record.Spec!.IsPartitionAware) is not { } answer)
            return;
        Send([new()
        {
            Update = new()
            {
                AgentId = asked.AgentId ?? "",
                IsFromControlPlane = true,
                UnreachableSince = unreachable,
                Status = new()
                {
                    TaskId = asked.TaskId,
                    Owner = Owner,
                    State = answer.State,
                    Reason = TaskReasons.Reconciliation,
                    Message = answer.Message,
                    Timestamp = _time.GetUtcNow(),
                },
            },
        }]);
    }
}
