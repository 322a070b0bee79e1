using System.Threading.Channels;
using Platform.Agent.Session;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Simulation;

/// <summary>An agent without processes: a task runs from its launch until it is killed. Its tasks live as long as this process.</summary>
internal sealed class SimulatedAgent(AgentRegistration registration, TimeProvider time) : ISessionPeer
{
    private const int UpdatesPerFrame = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (TaskSpec Spec, TaskUpdate Status)> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskUpdate> _pending = new(StringComparer.Ordinal);
    private readonly Queue<TaskUpdate> _unsent = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TimeSpan _heartbeat = TimeSpan.FromSeconds(5);
    private long _lastHeartbeat;
    private long _updates;

    /// <inheritdoc/>
    public AgentRegistration Register()
    {
        lock (_gate)
        {
            return registration with
            {
                Tasks = _tasks.Values.Select(t => TaskReport.Of(t.Spec, t.Status, t.Status.Timestamp)).ToValueList(),
            };
        }
    }

    /// <inheritdoc/>
    public void Registered(AgentRegistered registered)
    {
        lock (_gate)
        {
            _heartbeat = TimeSpan.FromSeconds(Math.Max(0.05, registered.HeartbeatSeconds));
            _unsent.Clear();
            foreach (var update in _pending.Values.OrderBy(u => u.Timestamp))
                _unsent.Enqueue(update);
        }
        // The first heartbeat comes at a random time, so that thousands of agents do not beat in step.
        _lastHeartbeat = time.GetTimestamp() - (long)(Random.Shared.NextDouble() * _heartbeat.TotalSeconds * time.TimestampFrequency);
    }

    /// <inheritdoc/>
    public void Receive(AgentCommand command)
    {
        lock (_gate)
        {
            foreach (var updateId in command.Acknowledge)
            {
                if (_pending.Remove(updateId, out var update) && update.State.IsTerminal())
                    _tasks.Remove(update.TaskId);
            }
            foreach (var kill in command.Kill)
            {
                var known = _tasks.TryGetValue(kill.TaskId, out var task);
                if (!known || !task.Status.State.IsTerminal())
                    Report(task.Spec, kill.TaskId, kill.Owner, known ? TaskState.Killed : TaskState.Lost, kill.Reason);
            }
            // What others wait for has succeeded as soon as it is started.
            var first = command.Launch.SelectMany(spec => spec.StartsAfter).ToHashSet(StringComparer.Ordinal);
            foreach (var spec in command.Launch)
            {
                if (!_tasks.ContainsKey(spec.TaskId))
                    Report(spec, spec.TaskId, spec.Owner, first.Contains(spec.TaskId) ? TaskState.Finished : TaskState.Running, null);
            }
        }
        _wake.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public async Task<AgentMessage> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var updates = Take();
            var beat = time.GetElapsedTime(_lastHeartbeat) >= _heartbeat;
            if (beat)
                _lastHeartbeat = time.GetTimestamp();
            if (beat || !updates.IsEmpty)
                return new AgentMessage { Updates = updates, Heartbeat = beat ? new AgentUsage { Timestamp = time.GetUtcNow() } : null };
            using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            due.CancelAfter(_heartbeat - time.GetElapsedTime(_lastHeartbeat) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero);
            try
            {
                await _wake.Reader.ReadAsync(due.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The heartbeat is due.
            }
        }
    }

    private ValueList<TaskUpdate> Take()
    {
        lock (_gate)
        {
            var taken = new List<TaskUpdate>(Math.Min(_unsent.Count, UpdatesPerFrame));
            while (taken.Count < UpdatesPerFrame && _unsent.TryDequeue(out var update))
            {
                if (_pending.ContainsKey(update.UpdateId))
                    taken.Add(update);
            }
            return taken.ToValueList();
        }
    }

    private void Report(TaskSpec? spec, string taskId, string owner, TaskState state, string? reason)
    {
        var update = new TaskUpdate
        {
            TaskId = taskId,
            Owner = owner,
            UpdateId = $"{registration.Run}-{++_updates}",
            State = state,
            Reason = reason,
            Timestamp = time.GetUtcNow(),
            Healthy = state == TaskState.Running && spec!.Checks.Any(c => c.Purpose == CheckPurpose.Health) ? true : null,
            Ready = state == TaskState.Running && spec!.Checks.Any(c => c.Purpose == CheckPurpose.Readiness) ? true : null,
            IpAddresses = [registration.Address],
        };
        if (spec is not null)
            _tasks[taskId] = (spec, update);
        _pending[update.UpdateId] = update;
        _unsent.Enqueue(update);
    }
}
