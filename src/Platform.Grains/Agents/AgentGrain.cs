using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Events;
using Platform.Contracts.Jobs;
using Platform.Contracts.Ownership;
using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Metrics;
using Platform.Core.Tasks;
using Platform.Grains.Events;
using Platform.Grains.Ownership;

namespace Platform.Grains.Agents;

/// <summary>One agent. It stores who the agent is; what runs on it is told by the agent and held in memory.</summary>
[KeepAlive, GrainType("agent")]
public sealed partial class AgentGrain(
    [PersistentState("agent", "platform")] IPersistentState<AgentState> agent,
    TaskOwnerKinds owners,
    OwnerPost post,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<AgentGrain> logger) : Grain, IAgentGrain
{
    private readonly AgentTaskTable _tasks = new();
    private readonly AgentVolumeTable _volumes = new();
    private readonly Dictionary<string, TaskKill> _kills = new(StringComparer.Ordinal);
    private readonly HashSet<string> _askers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _terms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnerTerm> _fences = new(StringComparer.Ordinal);
    private NewsNumber _picture = new(Random.Shared.NextInt64(1, long.MaxValue), 0);
    private bool _isGone;
    private IAgentSession? _session;
    private long _frames;
    private string _run = "";
    private uint _loggingLevel;
    private DateTimeOffset _loggingUntil;

    // It is listed before it is stored: who asks for it in between must not end it, and with it the session that begins.
    private bool _registering;
    private long _epoch;
    private AgentCondition _condition = AgentCondition.Recovering;
    private DateTimeOffset _lastSeen;
    private TimeSpan _patience;
    private DateTimeOffset? _reregisteredAt;
    private DateTimeOffset? _unreachableSince;
    private readonly UsageHistory _history = new();
    private AgentUsage? _usage;
    private AgentStatus? _status;
    private IGrainTimer? _watch;

    private string Id => this.GetPrimaryKeyString();

    private bool HasSession => _session is not null;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _condition = agent.State.Gone ? AgentCondition.Gone : AgentCondition.Recovering;
        if (agent.State.Registration is not null && !agent.State.Gone)
            // The control plane was away, not the agent: it has yet to notice, and to dial a control plane that is busy with all the others.
            Watch(more: options.Value.UnreachableAfter);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync()
    {
        // A silo has died, and the agent's session may have died with it. The agent has yet to notice, and to dial another.
        if (_watch is not null)
            _patience = options.Value.UnreachableAfter * 2;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> HeartbeatAsync(long epoch, AgentUsage usage)
    {
        if (!IsCurrent(epoch))
            return Task.FromResult(false);
        var hasOtherSlack = !Equals(usage.Slack, _usage?.Slack);
        _usage = usage;
        if (hasOtherSlack)
            TellAllocator(whole: false);
        _history.Add(time.GetUtcNow(), usage.Tasks.AsEnumerable().Select(task => (task.TaskId, task.Cpus, task.MemoryBytes)));
        _status = null;
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task AllocatorStartedAsync()
    {
        // One that is out of reach says so, too: it is not waited for.
        if (agent.State.Registration is not null)
            TellAllocator(whole: HasSession);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(long epoch, ValueList<TaskUpdate> updates)
    {
        if (!IsCurrent(epoch))
            return;
        _status = null;
        foreach (var update in updates)
        {
            if (_tasks.Update(update))
                _kills.Remove(update.TaskId);
        }
        await RouteAsync(updates);
        await CheckDrainedAsync();
    }

    /// <inheritdoc/>
    public Task DisconnectAsync(long epoch, string reason)
    {
        if (epoch != _epoch || !HasSession)
            return Task.CompletedTask;
        LogDisconnected(Id, epoch, reason);
        _session = null;
        GiveUp($"its session ended: {reason}");
        Become(AgentCondition.Recovering);
        return TellAllocatorAndWaitAsync();
    }

    /// <inheritdoc/>
    public async Task<LaunchReply> LaunchAsync(ValueList<TaskSpec> tasks, OwnerTerm? from = null)
    {
        if (IsSuperseded(from))
            return new() { Refused = $"a later activation of {from!.Owner} has taken over" };
        if (from is { Number: > 0 } && _fences.TryGetValue(from.Owner, out var fence) && from.IsBefore(fence))
            return new() { Refused = $"{from.Owner} has heard that it did not arrive" };
        if (_condition != AgentCondition.Active)
            return new() { Refused = $"agent {Id} is {_condition}" };
        var now = time.GetUtcNow();
        var fresh = new List<TaskSpec>(tasks.Count);
        foreach (var task in tasks)
        {
            if (_tasks.Launch(task, now))
                fresh.Add(task);
        }
        if (fresh.Count > 0)
        {
            _status = null;
            _volumes.Add(fresh);
            Send(new() { Launch = fresh.Count == tasks.Count ? tasks : [.. fresh] });
        }
        return new() { Epoch = _epoch };
    }

    /// <inheritdoc/>
    public async Task KillAsync(ValueList<TaskKill> kills, OwnerTerm? from = null)
    {
        if (IsSuperseded(from))
            return;
        var send = new List<TaskKill>(kills.Count);
        var answers = new List<TaskUpdate>();
        foreach (var kill in kills)
        {
            var task = _tasks.Find(kill.TaskId);
            if (task is not null && task.Status.State.IsTerminal())
                answers.Add(task.Status);
            else if (_condition == AgentCondition.Gone)
                answers.Add(Ended(kill.TaskId, kill.Owner, TaskState.GoneByOperator, TaskReasons.AgentRemoved, "The agent was declared gone"));
            else if (task is null && HasSession && !_tasks.IsStray(kill.TaskId))
                answers.Add(Ended(kill.TaskId, kill.Owner, TaskState.Lost, TaskReasons.Reconciliation, "The agent does not have this task"));
            else
            {
                // Without a session it waits for the next one.
                _kills[kill.TaskId] = kill;
                send.Add(kill);
            }
        }
        if (HasSession && send.Count > 0)
            Send(new() { Kill = [.. send] });
        await RouteAsync([.. answers]);
    }

    /// <inheritdoc/>
    public Task RenewSecretsAsync(ValueList<SecretRenewal> renewals, OwnerTerm? from = null)
    {
        if (!IsSuperseded(from) && HasSession)
            Send(new() { Secrets = renewals });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AcknowledgeAsync(ValueList<string> updateIds)
    {
        foreach (var id in updateIds)
            _tasks.Acknowledge(id);
        _status = null;
        if (HasSession)
            Send(new() { Acknowledge = updateIds });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WatchAsync(FileWatchSet watches)
    {
        if (HasSession)
            Send(new() { Watch = watches });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AppearedAsync(long epoch, ValueList<AppearedFile> files)
    {
        if (!IsCurrent(epoch))
            return Task.CompletedTask;
        // It is the agent that tells again what is not taken.
        foreach (var job in files.AsEnumerable().GroupBy(file => file.JobId))
            GrainFactory.GetGrain<IJobGrain>(job.Key).FilesAppearedAsync(Id, job.ToValueList()).Ignore();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task FilesTakenAsync(TakenFiles taken)
    {
        if (HasSession)
            Send(new() { TakenFiles = [taken] });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<AgentTasks> GetTasksAsync(string owner, OwnerTerm? fence = null)
    {
        if (_reregisteredAt is null)
            _askers.Add(owner);
        if (fence is null || IsSuperseded(fence))
            return Task.FromResult(TasksOf(owner));
        if (!_fences.TryGetValue(owner, out var last) || last.IsBefore(fence))
            _fences[owner] = fence;
        return Task.FromResult(TasksOf(owner) with { Fence = fence.Number });
    }

    /// <inheritdoc/>
    public Task<AgentStatus?> GetStatusAsync()
    {
        if (agent.State.Registration is not null)
        {
            _status ??= new()
            {
                Registration = agent.State.Registration,
                Condition = _condition,
                RegisteredAt = agent.State.RegisteredAt,
                ReregisteredAt = _reregisteredAt,
                UnreachableSince = _unreachableSince,
                Usage = _usage,
                Tasks = _tasks.All.ToValueList(),
                Volumes = _volumes.All.ToValueList(),
                Drain = agent.State.Drain is { } drain ? new(drain.MaxGraceSeconds, drain.MarkGone, drain.Since) { Deadline = drain.Deadline } : null,
            };
        }
        else if (!_registering)
        {
            DeactivateOnIdle();
        }
        return Task.FromResult(_status);
    }

    /// <inheritdoc/>
    public Task<ValueList<TaskUsage>> GetUsageAsync(string owner) => Task.FromResult(
        HasSession && _usage is { } usage ? usage.Tasks.Where(task => task.Owner == owner).ToValueList() : default);

    /// <inheritdoc/>
    public Task<ValueList<TaskUsageHistory>> GetUsageHistoryAsync(ValueList<string> taskIds)
    {
        var now = time.GetUtcNow();
        return Task.FromResult(taskIds.AsEnumerable().Select(id => new TaskUsageHistory(id, _history.Read(id, now))).Where(task => !task.Points.IsEmpty).ToValueList());
    }

    // The agent hears every frame of a session, and in this order: what gets lost on the way to the silo that has the session is told again.
    private void Send(AgentCommand command)
    {
        var (session, frame) = (_session!, command with { Number = ++_frames });
        Insist(() => session.SendAsync(frame), () => _session == session);
    }

    // The session ends with it: if it gets lost the agent learns the same when it dials again.
    private void SendLast(IAgentSession session, AgentCommand command) => session.SendAsync(command with { Number = ++_frames }).Ignore();

    // What an activation of an owner sends after another has followed it does not count.
    private bool IsSuperseded(OwnerTerm? from)
    {
        if (from is null)
            return false;
        if (_terms.TryGetValue(from.Owner, out var latest) && from.Term < latest)
        {
            LogSuperseded(Id, from.Owner, from.Term, latest);
            return true;
        }
        _terms[from.Owner] = from.Term;
        return false;
    }

    private AgentTasks TasksOf(string owner) => new()
    {
        AgentId = Id,
        Number = _picture = _picture.Next,
        Epoch = _reregisteredAt is null ? 0 : _epoch,
        Condition = _condition,
        UnreachableSince = _unreachableSince,
        Tasks = _tasks.Of(owner),
        Volumes = _volumes.Of(owner),
        DrainGraceSeconds = agent.State.Drain?.MaxGraceSeconds,
        DrainDeadline = agent.State.Drain?.Deadline,
    };

    private bool IsCurrent(long epoch)
    {
        if (epoch != _epoch || !HasSession)
            return false;
        _lastSeen = time.GetUtcNow();
        _patience = options.Value.UnreachableAfter;
        return true;
    }

    private void Become(AgentCondition condition)
    {
        _condition = condition;
        _status = null;
    }

    // One batch for each owner; most frames are about one owner only.
    private async Task RouteAsync(ValueList<TaskUpdate> updates)
    {
        if (updates.IsEmpty)
            return;
        var owner = updates[0].Owner;
        var single = true;
        foreach (var update in updates)
            single &= update.Owner == owner;
        if (single)
        {
            await RouteAsync(owner, updates);
            return;
        }
        foreach (var group in updates.AsEnumerable().GroupBy(update => update.Owner))
            await RouteAsync(group.Key, [.. group]);
    }

    private Task RouteAsync(string owner, ValueList<TaskUpdate> updates)
    {
        if (owner == TaskOwners.Operator)
            return ContainersChangedAsync(updates);
        if (owners.Find(GrainFactory, owner) is { } grain)
        {
            // It is the agent that keeps them until they are acknowledged; with another session it reports them itself.
            var epoch = _epoch;
            Insist(() => grain.TaskStatusAsync(Id, updates), () => epoch == _epoch);
            return Task.CompletedTask;
        }
        LogUnknownOwner(Id, owner, updates.Count);
        return AcknowledgeAsync(updates.Where(update => update.UpdateId.Length > 0).Select(update => update.UpdateId).ToValueList());
    }

    private void TellOwners(IEnumerable<string> told)
    {
        var unheard = told.ToHashSet(StringComparer.Ordinal);
        if (unheard.Count > 0)
            Insist(() => Task.WhenAll(unheard.Select(TellAsync).ToList()));

        async Task TellAsync(string owner)
        {
            // Each time as it is then.
            await post.TellAsync(owner, TasksOf(owner));
            unheard.Remove(owner);
        }
    }

    private void Insist(Func<Task> tell, Func<bool>? matters = null, [CallerArgumentExpression(nameof(tell))] string what = "") =>
        Insistence.UntilHeardAsync(tell, () => !_isGone && (matters is null || matters()), time, logger, what).Ignore();

    private TaskUpdate Ended(string taskId, string owner, TaskState state, string reason, string message) =>
        new() { TaskId = taskId, Owner = owner, State = state, Reason = reason, Message = message, Timestamp = time.GetUtcNow() };

    private void Publish(AgentChange change, string? reason)
    {
        var registration = agent.State.Registration!;
        PlatformEvents.Publish(GrainFactory, time.GetUtcNow(), new AgentChanged(change, registration.AgentId, registration.Name, registration.Hostname, reason));
    }
}
