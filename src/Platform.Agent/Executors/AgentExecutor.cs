using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;
using Event = Platform.Mesos.Wire.Executor.Event;

namespace Platform.Agent.Executors;

/// <summary>One executor of a framework on this agent: its stream, its tasks, and what is told either way.</summary>
/// <param name="self">The executor as a task of the agent, with its sandbox and its process.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of what is odd.</param>
internal sealed class AgentExecutor(AgentTask self, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly ExecutorTasks _tasks = new();
    private readonly Dictionary<string, AgentTask> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<ByteString> _seen = [];
    private RecordStream? _stream;

    /// <summary>What it is.</summary>
    public ExecutorSpec Spec => self.Spec.Executor!;

    /// <summary>Its id as a task of the agent.</summary>
    public string PlaceId => self.Spec.TaskId;

    /// <summary>It has a stream.</summary>
    public bool IsSubscribed
    {
        get
        {
            lock (_gate)
                return _tasks.IsSubscribed;
        }
    }

    /// <summary>It has had a stream since the agent was started.</summary>
    public bool HasSubscribed
    {
        get
        {
            lock (_gate)
                return _tasks.HasSubscribed;
        }
    }

    /// <summary>Tasks for it, alone or as a group.</summary>
    public void Add(IReadOnlyList<AgentTask> tasks)
    {
        lock (_gate)
        {
            foreach (var task in tasks)
            {
                _byId[task.FrameworkTaskId] = task;
                if (task.Status.Definition is { } told && Wire.TaskStatus.Parser.ParseFrom(told) is { HasUuid: true } status)
                    _seen.Add(status.Uuid);
            }
            Carry(_tasks.Add(tasks.Select(task => (task.FrameworkTaskId, task.Status.State != TaskState.Staging)), tasks[0].Spec.Group));
        }
    }

    /// <summary>It subscribes: its new stream takes the place of an older one.</summary>
    public void Subscribe(RecordStream stream, Wire.Executor.Call.Types.Subscribe call)
    {
        lock (_gate)
        {
            _stream?.Complete();
            _stream = stream;
            foreach (var update in call.UnacknowledgedUpdates)
                Take(update.Status);
            Carry(_tasks.Subscribe(call.UnacknowledgedTasks.Select(task => task.TaskId).Concat(call.UnacknowledgedUpdates.Select(update => update.Status.TaskId)).Select(id => id.Value)));
        }
    }

    /// <summary>A stream of it has ended.</summary>
    public void Disconnect(RecordStream stream)
    {
        lock (_gate)
        {
            if (_stream != stream)
                return;
            _stream = null;
            _tasks.Disconnect();
        }
    }

    /// <summary>It tells of one of its tasks. When this returns the update is written down, and it has been told so.</summary>
    public void Update(Wire.TaskStatus status)
    {
        lock (_gate)
            Take(status);
    }

    /// <summary>A task is to be killed.</summary>
    public void Kill(AgentTask task)
    {
        lock (_gate)
            Carry(_tasks.Kill(task.FrameworkTaskId));
    }

    /// <summary>Asks it to end itself and its tasks. False: it has no stream.</summary>
    public bool Shutdown() => TrySend(new() { Type = Event.Types.Type.Shutdown });

    /// <summary>Hands a message of its framework to it. Without a stream it is lost.</summary>
    public void Message(byte[] data) => TrySend(new() { Type = Event.Types.Type.Message, Message = new() { Data = ByteString.CopyFrom(data) } });

    /// <summary>It has ended.</summary>
    public void End(TaskUpdate last)
    {
        lock (_gate)
        {
            _stream?.Complete();
            _stream = null;
            Carry(_tasks.End(last));
        }
    }

    private bool TrySend(Event message)
    {
        lock (_gate)
        {
            _stream?.Send(message);
            return _stream is not null;
        }
    }

    private void Take(Wire.TaskStatus status)
    {
        var isNew = _seen.Add(status.Uuid);
        if (isNew && _byId.TryGetValue(status.TaskId.Value, out var task) && _tasks.Told(status.TaskId.Value, ExecutorWire.StateOf(status.State).IsTerminal()))
            task.Tell(ExecutorWire.Of(status));
        else
            logger.LogDebug("Executor {Executor} tells of task {TaskId} what is known already, or of a task that it does not have", Spec.ExecutorId, status.TaskId.Value);
        _stream?.Send(new Event { Type = Event.Types.Type.Acknowledged, Acknowledged = new() { TaskId = status.TaskId, Uuid = status.Uuid } });
    }

    private void Carry(IReadOnlyList<ExecutorStep> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            switch (step.Kind)
            {
                case ExecutorStepKind.Launch when step.Group is { } group:
                    var members = steps.Skip(i).TakeWhile(one => one.Kind == ExecutorStepKind.Launch && one.Group == group).ToList();
                    i += members.Count - 1;
                    _stream!.Send(new Event
                    {
                        Type = Event.Types.Type.LaunchGroup,
                        LaunchGroup = new() { TaskGroup = new() { Tasks = { members.Select(member => Wire.TaskInfo.Parser.ParseFrom(_byId[member.TaskId].Spec.Definition!)) } } },
                    });
                    break;
                case ExecutorStepKind.Launch:
                    _stream!.Send(new Event { Type = Event.Types.Type.Launch, Launch = new() { Task = Wire.TaskInfo.Parser.ParseFrom(_byId[step.TaskId].Spec.Definition!) } });
                    break;
                case ExecutorStepKind.Kill:
                    _stream!.Send(KillOf(_byId[step.TaskId]));
                    break;
                case ExecutorStepKind.Conclude:
                    var (state, reason, message) = step.End!;
                    if (_byId.TryGetValue(step.TaskId, out var task))
                        task.Tell(update => update with { State = state, Reason = reason, Message = message, Definition = null });
                    break;
                case ExecutorStepKind.EndExecutor:
                    self.Kill(new KillOrder { Message = "Its tasks were killed before it had one", GraceSeconds = self.Spec.KillGraceSeconds, At = time.GetUtcNow() });
                    break;
            }
        }
    }

    private static Event KillOf(AgentTask task)
    {
        var kill = new Event.Types.Kill { TaskId = new() { Value = task.FrameworkTaskId } };
        if (task.KillGraceSeconds is { } grace && grace != task.Spec.KillGraceSeconds)
            kill.KillPolicy = new() { GracePeriod = new() { Nanoseconds = (long)(grace * 1e9) } };
        return new() { Type = Event.Types.Type.Kill, Kill = kill };
    }
}
