using System.Collections.Concurrent;
using System.Globalization;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Agents;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Tasks;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

/// <summary>An agent without processes, at the other end of a real session: it does what it is told, unless a test says otherwise.</summary>
internal sealed class ScriptedAgent(GrainTestHost host, string id)
{
    private readonly ConcurrentDictionary<string, TaskReport> _tasks = new();
    private readonly ConcurrentDictionary<string, TaskUpdate> _unacknowledged = new();
    private readonly ConcurrentQueue<string> _launches = new();
    private readonly ConcurrentDictionary<string, PersistentVolume> _volumes = new();
    // The runtime keeps no session alive that nobody else holds.
    private Session? _session;
    private long _epoch;
    private int _updates;

    public string Id => id;

    /// <summary>Ids of all launches ever received.</summary>
    public IReadOnlyCollection<string> Launches => _launches;

    /// <summary>What was told of each task that was ever launched.</summary>
    public ConcurrentDictionary<string, TaskSpec> Specs { get; } = new();

    /// <summary>Tasks that run now.</summary>
    public IEnumerable<string> Running => _tasks.Where(task => task.Value.Status.State == TaskState.Running).Select(task => task.Key);

    /// <summary>Tasks that have not started yet.</summary>
    public IEnumerable<string> Staged => _tasks.Where(task => task.Value.Status is { State: TaskState.Staging, UpdateId.Length: > 0 }).Select(task => task.Key);

    /// <summary>What it would report of its tasks.</summary>
    public IReadOnlyCollection<TaskReport> Reports => [.. _tasks.Values];

    /// <summary>Persistent volumes that it has.</summary>
    public IReadOnlyCollection<PersistentVolume> Volumes => [.. _volumes.Values];

    /// <summary>Updates that were not acknowledged.</summary>
    public int Unacknowledged => _unacknowledged.Count;

    /// <summary>What the task of a launch becomes. Default: running, and healthy if it has health checks.</summary>
    public Func<TaskSpec, TaskState> OnLaunch { get; set; } = _ => TaskState.Running;

    /// <summary>What health checks say of a task that was launched and runs. Default: healthy; null: nothing yet.</summary>
    public bool? HealthOfLaunched { get; set; } = true;

    /// <summary>Changes what it says of itself when it dials in. Default: nothing.</summary>
    public Func<AgentRegistration, AgentRegistration> Registers { get; set; } = registration => registration;

    /// <summary>The files that it was told to look for last; null: it was never told.</summary>
    public FileWatchSet? Watches { get; private set; }

    /// <summary>Files that jobs have taken, in the order in which it was told.</summary>
    public ConcurrentQueue<TakenFiles> Taken { get; } = new();

    /// <summary>Lets kills be ignored.</summary>
    public bool IgnoresKills { get; set; }

    /// <summary>What it was told to give to tasks.</summary>
    public ConcurrentQueue<SecretRenewal> Renewals { get; } = new();

    /// <summary>Says of new values of secrets that the tasks have them. Default true.</summary>
    public bool TakesSecrets { get; set; } = true;

    public async Task DialAsync(string attributes = "")
    {
        _session = new(this);
        var reply = await host.GetGrain<IAgentGrain>(id).RegisterAsync(
            Registers(new()
            {
                AgentId = id,
                Name = id,
                Hostname = id + ".local",
                Resources = Resources.Parse("cpus:8;mem:8192;disk:10000;ports:[31000-31999]"),
                Attributes = attributes,
                Containerizers = ["process"],
                Tasks = [.. _tasks.Values],
                Volumes = [.. _volumes.Values],
                Run = "run",
            }),
            host.GrainFactory.CreateObjectReference<IAgentSession>(_session));
        _epoch = reply.Registered!.Epoch;
        Destroy(reply.DestroyVolumes);
        foreach (var kill in reply.Kill.ToArray())
            await KillAsync(kill);
        // In their order, as agents do it.
        await SendAsync([.. _unacknowledged.Values.OrderBy(update => int.Parse(update.UpdateId.AsSpan(id.Length + 1), CultureInfo.InvariantCulture))]);
    }

    /// <summary>Tells of files that have appeared.</summary>
    public Task AppearAsync(params AppearedFile[] files) => host.GetGrain<IAgentGrain>(id).AppearedAsync(_epoch, [.. files]);

    public Task HangUpAsync() => host.GetGrain<IAgentGrain>(id).DisconnectAsync(_epoch, "the test hung up");

    /// <summary>One heartbeat that says what each running task uses.</summary>
    public Task BeatAsync(double cpus, long memoryBytes) => host.GetGrain<IAgentGrain>(id).HeartbeatAsync(_epoch, new()
    {
        Tasks = [.. Running.Select(task => new TaskUsage { TaskId = task, Owner = _tasks[task].Status.Owner, Cpus = cpus, MemoryBytes = memoryBytes })],
    });

    /// <summary>The tasks are gone with the machine.</summary>
    public void LoseTasks() => _tasks.Clear();

    /// <summary>One task is gone, and nobody knows how.</summary>
    public void LoseTask(string taskId) => _tasks.TryRemove(taskId, out _);

    /// <summary>A task changes its state by itself.</summary>
    public Task ReportAsync(string taskId, TaskState state, Func<TaskUpdate, TaskUpdate>? with = null)
    {
        var update = new TaskUpdate
        {
            TaskId = taskId,
            Owner = _tasks[taskId].Status.Owner,
            UpdateId = $"{id}-{Interlocked.Increment(ref _updates)}",
            State = state,
            Timestamp = DateTimeOffset.UtcNow,
            SecretsAsOf = _tasks[taskId].Status.SecretsAsOf,
        };
        update = with?.Invoke(update) ?? update;
        _tasks[taskId] = _tasks[taskId] with { Status = update };
        _unacknowledged[update.UpdateId] = update;
        return SendAsync([update]);
    }

    /// <summary>Says of a task that was never launched here that it is in a state.</summary>
    public Task ClaimAsync(TaskSpec task, TaskState state)
    {
        _tasks[task.TaskId] = TaskReport.Of(task, new() { TaskId = task.TaskId, Owner = task.Owner, Timestamp = DateTimeOffset.UtcNow }, DateTimeOffset.UtcNow);
        return ReportAsync(task.TaskId, state);
    }

    private async Task ReceiveAsync(AgentCommand command)
    {
        Watches = command.Watch ?? Watches;
        foreach (var taken in command.TakenFiles.ToArray())
            Taken.Enqueue(taken);
        Destroy(command.DestroyVolumes);
        foreach (var task in command.Launch.ToArray())
        {
            _launches.Enqueue(task.TaskId);
            Specs[task.TaskId] = task;
            _tasks[task.TaskId] = TaskReport.Of(
                task, new() { TaskId = task.TaskId, Owner = task.Owner, Timestamp = DateTimeOffset.UtcNow, SecretsAsOf = task.SecretsAsOf }, DateTimeOffset.UtcNow);
            foreach (var volume in task.Volumes.Select(volume => volume.Persistent).OfType<PersistentVolume>())
                _volumes[volume.Id] = volume;
            var state = OnLaunch(task);
            await ReportAsync(task.TaskId, state, update => update with
            {
                Healthy = state == TaskState.Running && !task.Checks.IsEmpty ? HealthOfLaunched : null,
                ExitStatus = state == TaskState.Failed ? 3 : null,
                StderrTail = state == TaskState.Failed ? "it broke" : null,
                Message = state == TaskState.Failed ? "Command exited with status 3" : null,
            });
        }
        foreach (var renewal in command.Secrets.ToArray())
        {
            Renewals.Enqueue(renewal);
            if (TakesSecrets && _tasks.ContainsKey(renewal.TaskId))
                await ReportAsync(renewal.TaskId, TaskState.Running, update => update with { SecretsAsOf = renewal.AsOf });
        }
        foreach (var kill in command.Kill.ToArray())
            await KillAsync(kill);
        foreach (var updateId in command.Acknowledge.ToArray())
        {
            if (_unacknowledged.TryRemove(updateId, out var update) && update.State.IsTerminal())
                _tasks.TryRemove(update.TaskId, out _);
        }
    }

    private void Destroy(ValueList<string> volumes)
    {
        foreach (var volume in volumes)
            _volumes.TryRemove(volume, out _);
    }

    private Task KillAsync(TaskKill kill)
    {
        if (IgnoresKills)
            return Task.CompletedTask;
        return _tasks.TryGetValue(kill.TaskId, out var task) && !task.Status.State.IsTerminal()
            ? ReportAsync(kill.TaskId, TaskState.Killed)
            : Task.CompletedTask;
    }

    private Task SendAsync(ValueList<TaskUpdate> updates) =>
        updates.IsEmpty ? Task.CompletedTask : host.GetGrain<IAgentGrain>(id).UpdateAsync(_epoch, updates);

    // What comes on a connection that was replaced is too late.
    private sealed class Session(ScriptedAgent agent) : IAgentSession
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
                    await agent.ReceiveAsync(frame);
            }
        }

        public Task CloseAsync(string reason) => Task.CompletedTask;
    }
}
