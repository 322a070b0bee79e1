using System.Globalization;
using Platform.Core.Apps;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Jobs;

/// <content>How runs go on and end.</content>
public sealed partial class JobModel
{
    // What a job that follows has not confirmed is told again.
    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(2);

    /// <summary>Lets everything go on as far as it can now.</summary>
    public void Advance(DateTimeOffset now)
    {
        NextWake = null;
        do
        {
            foreach (var runId in _live.Values.ToList())
                Advance(_runs.Items[runId], now);
        }
        while (AdvanceBackfills(now));
        AdvanceNotices(now);
        if (!_head.Untold.IsEmpty)
            Wake(now + TellAgain);
    }

    /// <summary>The record of a task that got a place.</summary>
    public RunTask Place(TaskPlacement placement) =>
        _tasks.Items[placement.TaskId] with { AgentId = placement.AgentId, Host = placement.Hostname, Gpus = [.. placement.Gpus], Ports = placement.Ports.IsDefault ? default : [.. placement.Ports] };

    /// <summary>A task tells that it has worked through more elements; false: there is no such task, or it is not kept any more.</summary>
    public bool Progress(string taskId, long added)
    {
        if (_tasks.Items.GetValueOrDefault(taskId) is not { } task)
            return false;
        _tasks.Set(taskId, task with { Elements = checked(task.Elements + added) });
        return true;
    }

    /// <summary>Takes a report about a task; false: no such task goes on.</summary>
    public bool Report(TaskUpdate update, DateTimeOffset now)
    {
        if (_tasks.Items.GetValueOrDefault(update.TaskId) is not { Ended: false } task)
            return false;
        if (update.Image is { } image)
            Pin(_runs.Items[task.RunId], image);
        if (update.State.IsTerminal())
        {
            EndTask(task, update, now);
            return true;
        }
        if (update.State == TaskState.Unreachable)
        {
            if (task.UnreachableSince is null)
                _tasks.Set(task.TaskId, task with { UnreachableSince = update.Timestamp, State = TaskState.Unreachable, LastStatus = update });
            return true;
        }
        // Reports are repeated: an earlier state after a later one says nothing.
        if (task.State is TaskState.Running or TaskState.Killing && update.State is TaskState.Staging or TaskState.Starting)
            return true;
        var runs = update.State is TaskState.Running;
        _tasks.Set(task.TaskId, task with
        {
            State = update.State,
            UnreachableSince = null,
            StartedAt = task.StartedAt ?? (runs ? update.Timestamp : null),
            LastStatus = update,
        });
        if (runs && _runs.Items[task.RunId] is { Phase: RunPhase.Starting } run)
        {
            run = run with { Phase = RunPhase.Active, StartedAt = update.Timestamp };
            _runs.Set(run.RunId, run);
            _effects.Happenings.Add(new("job_run_started_event", run));
        }
        return true;
    }

    /// <summary>The task of a run with the image that its version of the job is pinned to; one that is to be pulled always is pinned for each run.</summary>
    public TaskBuild Pinned(TaskBuild build, RunState run) => ImagePins.Apply(build, VersionOf(run), _head.ImagePins);

    private void Pin(RunState run, string image)
    {
        var kept = LiveRuns.Select(VersionOf).Append(Text(_head.ImageVersion));
        var pins = ImagePins.Learn(_head.ImagePins, VersionOf(run), image, kept);
        if (pins == _head.ImagePins)
            return;
        HeadChanged = true;
        _head.ImagePins = pins;
    }

    /// <summary>True if a report tells that a task that does not run yet would run another image than its version is pinned to.</summary>
    public bool IsOther(TaskUpdate update) => update is { State: TaskState.Staging or TaskState.Starting, Image: { } image }
        && _tasks.Items.GetValueOrDefault(update.TaskId) is { Ended: false, StartedAt: null } task && ImagePins.IsOther(_head.ImagePins, VersionOf(_runs.Items[task.RunId]), image);

    private static string VersionOf(RunState run) => run.Spec.Task.Image is { ForcePull: true } ? run.RunId : Text(run.ImageVersion);

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private void Advance(RunState run, DateTimeOffset now)
    {
        // The end of one run may have brought another one to its end.
        if (run.Ended)
            return;
        LookIfLate(ref run, now);
        if (run.Phase == RunPhase.Waiting && run.Stopping is null)
        {
            var isFirst = _live.First().Key == run.Number;
            if (run.NotBefore > now)
            {
                Wake(run.NotBefore);
                return;
            }
            // Whatever runs before it ends first; its end brings it here again.
            if (!isFirst && run.Trigger is RunTrigger.Schedule or RunTrigger.Parents or RunTrigger.Dispatch or RunTrigger.Event or RunTrigger.File && run.Spec.Concurrency is ConcurrencyPolicy.Queue or ConcurrencyPolicy.Replace)
                return;
            run = run with { Phase = RunPhase.Starting };
            _runs.Set(run.RunId, run);
        }
        var live = LiveIds(run.RunId);
        foreach (var taskId in live.ToList())
            AdvanceTask(_tasks.Items[taskId], now);
        run = _runs.Items[run.RunId];
        if (run.Spec.Array is { Gang: true })
        {
            run = AdvanceGang(run, now);
        }
        else if (run.Stopping is null)
        {
            var most = run.Spec.Array is { Parallelism: > 0 and var parallel } ? parallel : int.MaxValue;
            while (run.Begun < run.Count && live.Count < most)
            {
                AddTask(run, (run.Spec.Array?.From ?? 0) + run.Begun, 0, 0, now, now);
                run = run with { Begun = run.Begun + 1 };
                _runs.Set(run.RunId, run);
            }
        }
        if (live.Count == 0 && (run.Stopping is not null || run.Succeeded + run.Failed >= run.Count))
            EndRun(run, now);
    }

    private void AdvanceTask(RunTask task, DateTimeOffset now)
    {
        var run = _runs.Items[task.RunId];
        if (run.Stopping is { } reason && task.KillReason is null)
        {
            task = task with { KillReason = reason };
            _tasks.Set(task.TaskId, task);
        }
        if (task.UnreachableSince is { } since)
        {
            var until = since.AddSeconds(run.Spec.Task.UnreachableSeconds);
            if (now >= until || task.KillReason is not null)
                EndTask(task, Imply(task, TaskState.Lost, now, TaskReasons.AgentRemoved, $"its agent {task.Host} has been out of reach since {since:O}"), now);
            else
                Wake(until);
            return;
        }
        if (task.KillReason is not null)
        {
            // One that has a place is killed there; its end is reported.
            if (task.AgentId is null)
                GiveUp(task, now);
            return;
        }
        if (task.AgentId is not null)
            return;
        if (run.Spec.MaxLaunchDelaySeconds is { } delay && run.StartedAt is null && task.Attempt == 0)
        {
            var until = task.CreatedAt.AddSeconds(delay);
            if (now >= until)
            {
                _runs.Set(run.RunId, run with { Stopping = $"found no place within {delay} s", StopsAsFailed = true });
                AdvanceTask(task, now);
                return;
            }
            Wake(until);
        }
        if (task.NotBefore > now)
            Wake(task.NotBefore);
        else if (run.Spec.Array is not { Gang: true })
            Demand(run, task, now);
    }

    private void GiveUp(RunTask task, DateTimeOffset now)
    {
        var run = _runs.Items[task.RunId];
        var demandId = run.Spec.Array is { Gang: true } ? GangId(run) : task.TaskId;
        if (_demands.Drop(demandId))
            _effects.Demands.Withdraw(demandId);
        EndTask(task, Imply(task, TaskState.Killed, now, TaskReasons.Reconciliation, task.KillReason!), now);
    }

    private void Demand(RunState run, RunTask task, DateTimeOffset now)
    {
        if (_demands.Has(task.TaskId))
            return;
        var demand = new WaitingDemand<string>(task.TaskId, run.RunId, now);
        demand.TaskIds.Add(task.TaskId);
        _demands.Add(demand);
        _effects.Demands.Submit(JobTasks.Demand(run, task, _owner));
    }

    private void AddTask(RunState run, int index, int attempt, int failures, DateTimeOffset notBefore, DateTimeOffset now)
    {
        var task = new RunTask
        {
            TaskId = RunIds.Task(run.Spec.Id, run.RunId, index, attempt),
            RunId = run.RunId,
            Index = index,
            Attempt = attempt,
            Failures = failures,
            NotBefore = notBefore,
            CreatedAt = now,
            State = TaskState.Staging,
        };
        _tasks.Set(task.TaskId, task);
        LiveIds(run.RunId).Add(task.TaskId);
        TasksOf(run.RunId).Add(task.TaskId);
        // Of each index the last two attempts are kept.
        if (attempt >= 2 && RunIds.Task(run.Spec.Id, run.RunId, index, attempt - 2) is var old && TasksOf(run.RunId).Remove(old))
            _tasks.Remove(old);
        AdvanceTask(task, now);
    }

    private void EndTask(RunTask task, TaskUpdate update, DateTimeOffset now)
    {
        var output = update.Output;
        update = update with { Output = null };
        task = task with { State = update.State, EndedAt = update.Timestamp, LastStatus = update, UnreachableSince = null };
        _tasks.Set(task.TaskId, task);
        LiveIds(task.RunId).Remove(task.TaskId);
        if (task.AgentId is not null)
            _effects.Release.Add(task.TaskId);
        var run = _runs.Items[task.RunId];
        if (output is not null)
            _runs.Set(run.RunId, run = run with { Output = RunOutput.Merge(run.Output, output) });
        if (update.State == TaskState.Finished)
        {
            _runs.Set(run.RunId, run with { Succeeded = run.Succeeded + 1, StartedAt = run.StartedAt ?? update.Timestamp });
            return;
        }
        if (run.Stopping is not null)
            return;
        // It never ran, or had to leave: that is no failure of the task.
        var isInnocent = task.Moves || update.State == TaskState.Dropped || (update.State == TaskState.Gone && task.StartedAt is null)
            || update.Reason is TaskReasons.Preempted or TaskReasons.AgentDraining;
        if (run.Spec.Array is { Gang: true })
        {
            BreakGang(run, task, update, isInnocent, now);
            return;
        }
        if (isInnocent)
        {
            AddTask(run, task.Index, task.Attempt + 1, task.Failures, task.Moves ? now : now.AddSeconds(1), now);
            return;
        }
        var failures = task.Failures + 1;
        var pause = now + run.Spec.Retry.Pause(failures);
        if (MayRetry(run, failures, pause, update))
        {
            AddTask(run, task.Index, task.Attempt + 1, failures, pause, now);
            return;
        }
        run = run with { Failed = run.Failed + 1, Message = run.Message ?? Why(run, task, update) };
        if (run.Spec.Array?.FailFast == true && LiveIds(run.RunId).Count + (run.Count - run.Begun) > 0)
            run = run with { Stopping = $"index {task.Index} failed", StopsAsFailed = true };
        _runs.Set(run.RunId, run);
    }

    private static bool MayRetry(RunState run, int failures, DateTimeOffset next, TaskUpdate update) =>
        (run.Spec.Retry.Limit is not { } limit || failures <= limit)
        && (run.Spec.Retry.DeadlineSeconds is not { } seconds || next < (run.StartedAt ?? run.CreatedAt).AddSeconds(seconds))
        && update.State != TaskState.Error;

    private static string Why(RunState run, RunTask task, TaskUpdate update)
    {
        var why = update.Message is { Length: > 0 } message ? message
            : update.ExitStatus is { } status ? $"exited with status {status}"
            : update.Signal is { } signal ? $"ended by signal {signal}"
            : update.State.ToWireName();
        return run.Spec.Array is null ? why : $"index {task.Index}: {why}";
    }

    private void EndRun(RunState run, DateTimeOffset now)
    {
        var phase = run.Failed > 0 || run.StopsAsFailed ? RunPhase.Failed : run.Succeeded >= run.Count ? RunPhase.Succeeded : RunPhase.Stopped;
        HeadChanged = true;
        run = run with { Phase = phase, EndedAt = now, Message = run.Message ?? (phase == RunPhase.Succeeded ? null : run.Stopping) };
        _runs.Set(run.RunId, run);
        _live.Remove(run.Number);
        _liveTasks.Remove(run.RunId);
        _ended[run.Number] = run.RunId;
        if (phase == RunPhase.Succeeded)
        {
            Notify(NotificationEvent.Success, run.Spec, run, null, now);
            if (_head.FailuresInRow > 0)
                Notify(NotificationEvent.Recovery, run.Spec, run, null, now);
            CountSuccess(now);
        }
        else if (phase == RunPhase.Failed)
        {
            _head.Failures++;
            _head.FailuresInRow++;
            _head.LastFailure = now;
            Notify(NotificationEvent.Failure, run.Spec, run, run.Message, now);
            if (_head is { Paused: null, Spec.PauseAfterFailures: { } most } && _head.FailuresInRow >= most)
                Pause(most == 1 ? "a run has failed" : $"{_head.FailuresInRow} runs in a row have failed");
        }
        Tell(run, phase == RunPhase.Succeeded || (phase == RunPhase.Failed && run.Spec.SoftError));
        _effects.Happenings.Add(new(
            phase switch { RunPhase.Succeeded => "job_run_succeeded_event", RunPhase.Failed => "job_run_failed_event", _ => "job_run_stopped_event" }, run, run.Message));
        CountBackfilled(run);
        Trim(_head.Spec?.KeptRuns ?? 0);
        // A run that waited for the end of this one goes on at once.
        if (_live.Count > 0)
            Advance(_runs.Items[_live.First().Value], now);
    }

    private void CountSuccess(DateTimeOffset now)
    {
        HeadChanged = true;
        _head.Successes++;
        _head.FailuresInRow = 0;
        _head.LastSuccess = now;
    }

    private void Trim(int kept)
    {
        while (_ended.Count > kept)
        {
            var (number, runId) = _ended.First();
            _ended.Remove(number);
            foreach (var taskId in TasksOf(runId))
                _tasks.Remove(taskId);
            _tasksOf.Remove(runId);
            _runs.Remove(runId);
        }
    }

    private TaskUpdate Imply(RunTask task, TaskState state, DateTimeOffset now, string reason, string message) =>
        new() { TaskId = task.TaskId, Owner = _owner, State = state, Timestamp = now, Reason = reason, Message = message, Sandbox = task.LastStatus?.Sandbox };
}
