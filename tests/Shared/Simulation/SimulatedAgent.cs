using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Simulation;

/// <summary>An agent without processes in the process of the control plane: it dials its grain and answers at once.</summary>
public sealed class SimulatedAgent(IGrainFactory factory, string id, string resources, TimeProvider time)
{
    // Grains hold their observers weakly: an agent that nobody else refers to lives as long as the control plane that it dialed.
    private static readonly ConditionalWeakTable<IGrainFactory, ConcurrentBag<SimulatedAgent>> Dialed = [];

    private IGrainFactory _grains = factory;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskReport> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskUpdate> _unacknowledged = new(StringComparer.Ordinal);
    private readonly string _run = Guid.NewGuid().ToString("N");
    private Session? _session;
    private IAgentSession? _reference;
    private TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _epoch;
    private long _updates;

    /// <summary>Its id, which is also its name.</summary>
    public string Id => id;

    /// <summary>Attributes that it registers with.</summary>
    public string Attributes { get; init; } = "";

    /// <summary>What becomes of a task that is launched. Default: it runs.</summary>
    public Func<TaskSpec, TaskState> Outcome { get; set; } = _ => TaskState.Running;

    /// <summary>What is read of a task's files. Default: reads are not answered.</summary>
    public Func<FileRequest, FileChunk>? Files { get; set; }

    /// <summary>Launches are not answered while this is set.</summary>
    public bool Mute { get; set; }

    /// <summary>Told of each update that the control plane has persisted and acknowledged.</summary>
    public Action<TaskUpdate>? Acknowledged { get; set; }

    /// <summary>Told of each frame that comes, in their order.</summary>
    public Action<AgentCommand>? Heard { get; set; }

    /// <summary>How much it logs, as it registers with it.</summary>
    public AgentLogging? Logging { get; set; }

    /// <summary>The session's epoch; 0 without a session.</summary>
    public long Epoch => _epoch;

    /// <summary>Ends when the control plane closes the session, with the reason.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>The ids of tasks that have not ended.</summary>
    public IReadOnlyList<string> Tasks
    {
        get
        {
            lock (_gate)
                return [.. _tasks.Values.Where(task => !task.Status.State.IsTerminal()).Select(task => task.Status.TaskId)];
        }
    }

    /// <summary>Updates that wait for their acknowledgement.</summary>
    public int Unacknowledged
    {
        get
        {
            lock (_gate)
                return _unacknowledged.Count;
        }
    }

    private IAgentGrain Grain => _grains.GetGrain<IAgentGrain>(id);

    /// <summary>Dials another control plane, or the same after its restart.</summary>
    public Task<AgentCommand> ConnectAsync(IGrainFactory other)
    {
        _grains = other;
        return ConnectAsync();
    }

    /// <summary>Dials in with all its tasks.</summary>
    public async Task<AgentCommand> ConnectAsync()
    {
        Dialed.GetOrCreateValue(_grains).Add(this);
        _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _session = new Session(this);
        _reference = _grains.CreateObjectReference<IAgentSession>(_session);
        ValueList<TaskReport> tasks;
        lock (_gate)
            tasks = [.. _tasks.Values];
        var answer = await Grain.RegisterAsync(Registration with { Tasks = tasks }, _reference);
        if (answer.Registered is { } registered)
        {
            _epoch = registered.Epoch;
            ValueList<TaskUpdate> pending;
            lock (_gate)
                pending = [.. _unacknowledged.Values];
            if (!pending.IsEmpty)
                await Grain.UpdateAsync(_epoch, pending);
            await SendAsync(answer);
        }
        return answer;
    }

    /// <summary>What it says of itself.</summary>
    public AgentRegistration Registration => new()
    {
        AgentId = id,
        Name = id,
        Hostname = id,
        Resources = Resources.Parse(resources),
        Attributes = Attributes,
        Containerizers = ["process"],
        Simulated = true,
        Run = _run,
        Logging = Logging,
    };

    /// <summary>Loses its connection.</summary>
    public async Task DisconnectAsync()
    {
        var epoch = _epoch;
        _epoch = 0;
        if (_reference is not null)
            _grains.DeleteObjectReference<IAgentSession>(_reference);
        await Grain.DisconnectAsync(epoch, "simulated loss of the connection");
    }

    /// <summary>Sends a sign of life, with the room that it has for revocable tasks.</summary>
    public Task<bool> HeartbeatAsync(Resources? slack = null) => Grain.HeartbeatAsync(_epoch, new() { Timestamp = time.GetUtcNow(), Slack = slack });

    /// <summary>A task changes its state by itself.</summary>
    public Task ReportAsync(string taskId, TaskState state, Func<TaskUpdate, TaskUpdate>? change = null)
    {
        TaskUpdate? update;
        lock (_gate)
            update = Move(taskId, state, change);
        return update is null ? Task.CompletedTask : Grain.UpdateAsync(_epoch, [update]);
    }

    /// <summary>All tasks are gone, as after a restart of the machine.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _tasks.Clear();
            _unacknowledged.Clear();
        }
    }

    private Task SendAsync(AgentCommand command)
    {
        var updates = new List<TaskUpdate>(command.Launch.Count * 2);
        var now = time.GetUtcNow();
        Heard?.Invoke(command);
        lock (_gate)
        {
            foreach (var updateId in command.Acknowledge)
            {
                if (!_unacknowledged.Remove(updateId, out var update))
                    continue;
                if (update.State.IsTerminal())
                    _tasks.Remove(update.TaskId);
                Acknowledged?.Invoke(update);
            }
            foreach (var kill in command.Kill)
            {
                if (Move(kill.TaskId, TaskState.Killed, null) is { } killed)
                    updates.Add(killed);
                else if (!_tasks.ContainsKey(kill.TaskId))
                    updates.Add(Next(new() { TaskId = kill.TaskId, Owner = kill.Owner, State = TaskState.Lost, Reason = TaskReasons.Reconciliation, Timestamp = now }));
            }
            foreach (var signal in command.Signals.Where(signal => signal.Signal == 9))
            {
                if (Move(signal.TaskId, TaskState.Failed, update => update with { Signal = 9, Reason = TaskReasons.CommandExecutorFailed }) is { } killed)
                    updates.Add(killed);
            }
            foreach (var task in command.Launch)
            {
                if (_tasks.ContainsKey(task.TaskId))
                    continue;
                _tasks[task.TaskId] = new()
                {
                    Status = new() { TaskId = task.TaskId, Owner = task.Owner, State = TaskState.Staging, Timestamp = now },
                    Resources = task.Held,
                    Role = task.Role,
                    Priority = task.Priority,
                    StartedAt = now,
                    Version = task.Version,
                    Group = task.Group,
                };
                if (Mute)
                    continue;
                updates.Add(Move(task.TaskId, TaskState.Starting, null)!);
                updates.Add(Move(task.TaskId, Outcome(task), null)!);
            }
        }
        foreach (var request in Files is null ? default : command.ReadFiles)
            Grain.FileReadAsync(Files!(request) with { RequestId = request.RequestId }).Ignore();
        return updates.Count > 0 && _epoch != 0 ? Grain.UpdateAsync(_epoch, [.. updates]) : Task.CompletedTask;
    }

    // What comes on a connection that was replaced is too late.
    private sealed class Session(SimulatedAgent agent) : IAgentSession
    {
        private readonly FrameOrder<AgentCommand> _frames = new();

        public async Task SendAsync(AgentCommand command)
        {
            IReadOnlyList<AgentCommand> due;
            lock (_frames)
                due = _frames.Take(command.Number, command);
            foreach (var frame in due)
            {
                if (agent._session == this)
                    await agent.SendAsync(frame);
            }
        }

        public Task CloseAsync(string reason)
        {
            if (agent._session == this)
            {
                agent._epoch = 0;
                agent._closed.TrySetResult(reason);
            }
            return Task.CompletedTask;
        }
    }

    private TaskUpdate? Move(string taskId, TaskState state, Func<TaskUpdate, TaskUpdate>? change)
    {
        if (!_tasks.TryGetValue(taskId, out var task) || task.Status.State.IsTerminal())
            return null;
        var update = new TaskUpdate { TaskId = taskId, Owner = task.Status.Owner, State = state, Timestamp = time.GetUtcNow(), IpAddresses = ["127.0.0.1"] };
        update = Next(change is null ? update : change(update));
        _tasks[taskId] = task with { Status = update };
        return update;
    }

    private TaskUpdate Next(TaskUpdate update)
    {
        update = update with { UpdateId = $"{id}:{_run[..4]}:{++_updates}" };
        _unacknowledged[update.UpdateId] = update;
        return update;
    }
}
