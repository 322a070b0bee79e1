using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Grains.Frameworks;

/// <content>Offers are used: tasks launched, reservations and volumes made.</content>
public sealed partial class FrameworkGrain
{
    /// <summary>Stands for a launch whose session is not known yet.</summary>
    private const long Launching = -1;

    /// <summary>Tasks on their way to the allocator, with the names under which their resources will be held.</summary>
    private readonly Dictionary<string, string> _launching = new(StringComparer.Ordinal);

    /// <summary>How many of those are for which executor.</summary>
    private readonly Dictionary<string, int> _launchingIn = new(StringComparer.Ordinal);

    private readonly Dictionary<string, long> _launchEpochs = new(StringComparer.Ordinal);
    private int _accepting;

    /// <inheritdoc/>
    public Task<FrameworkReply> AcceptAsync(string? streamId, FrameworkAccept accept) => TakeAsync(streamId, async () =>
    {
        _accepting++;
        try
        {
            await UseAsync(accept);
        }
        finally
        {
            _accepting--;
            _answers++;
        }
    });

    private async Task UseAsync(FrameworkAccept accept)
    {
        var offer = accept.OfferIds.Select(_offers.GetValueOrDefault).FirstOrDefault(offer => offer is not null);
        var agentId = offer?.AgentId;
        var planned = Plan(accept.Operations, agentId);
        foreach (var id in accept.OfferIds)
            _offers.Remove(id);
        _status = null;
        AcceptResult result;
        try
        {
            result = await Allocator.AcceptAsync(Owner, accept.OfferIds, planned.Select(step => step.Operation).ToValueList(), accept.RefuseSeconds);
        }
        finally
        {
            foreach (var launch in planned.SelectMany(step => step.Launches))
                _launching.Remove(launch.TaskId);
            foreach (var place in planned.Select(step => step.RunsIn?.PlaceId).OfType<string>())
            {
                if (--_launchingIn[place] == 0)
                    _launchingIn.Remove(place);
            }
        }
        if (result.Error is { } invalid)
        {
            RefuseAll(planned, invalid, agentId);
            foreach (var executor in planned.Select(step => step.RunsIn).OfType<FrameworkExecutor>())
                ReleaseUnused(executor);
            await SettleAsync();
            return;
        }
        var launched = new List<TaskSpec>();
        string? executorError = null;
        for (var i = 0; i < planned.Count; i++)
        {
            var (step, error) = (planned[i], result.OperationErrors[i]);
            if (step.Executor is { } executor)
            {
                // Its tasks follow, and fail with it.
                if (error is not null)
                    Forget(executor);
                executorError = error;
                continue;
            }
            if (step.RunsIn is { } runsIn && !ExecutorPlaces.Contains(runsIn.PlaceId))
            {
                if (error is null)
                    _releases.Add(step.Group ?? step.Launches[0].Task.TaskId);
                error = executorError ?? $"Executor {runsIn.ExecutorId} could not be started";
            }
            if (error is not null)
                RefuseOperation(step.Asked?.OperationId, error);
            else if (step.Asked is { OperationId: not null } operation)
                BookOperation(operation, result.AgentId!);
            if (error is not null)
                RefuseTasks(step.Launches, TaskState.Error, TaskReasons.Invalid, error, result.AgentId);
            else
                launched.AddRange(Book(step, result.AgentId!, offer?.Hostname ?? ""));
        }
        foreach (var executor in planned.Select(step => step.RunsIn).OfType<FrameworkExecutor>())
            ReleaseUnused(executor);
        if (_releases.Count > 0)
            await SettleAsync();
        if (launched.Count == 0 && !planned.Any(step => step.Asked?.OperationId is not null))
            return;
        // The record comes before the launch, and before what is told of operations: whatever happens then, it is known.
        await _writer.WriteAsync();
        SendOperations();
        if (launched.Count > 0)
            await LaunchAsync(result.AgentId!, [.. launched.DistinctBy(task => task.TaskId)]);
    }

    private List<PlannedStep> Plan(ValueList<FrameworkOperation> operations, string? agentId)
    {
        var steps = new List<PlannedStep>();
        foreach (var operation in operations)
        {
            if (operation.Problem is { } problem)
            {
                RefuseOperation(operation.OperationId, problem);
                RefuseTasks([.. operation.Launches], TaskState.Error, TaskReasons.Invalid, problem, agentId);
            }
            else if (operation.Operation is { } resources)
            {
                if (operation.OperationId is { } id && (_operations.Items.ContainsKey(id) || steps.Any(step => step.Asked?.OperationId == id)))
                    RefuseOperation(id, $"The operation ID '{id}' is in use: the outcome of another operation of that name was not acknowledged");
                else
                    steps.Add(new([], resources, operation, null));
            }
            else if (operation.IsGroup)
            {
                // A group without tasks is nothing.
                if (!operation.Launches.IsEmpty)
                    PlanInExecutor(steps, operation.Launches, isGroup: true, agentId);
            }
            else
            {
                foreach (var launch in operation.Launches)
                {
                    if (launch.Executor is null)
                        PlanTask(steps, launch, agentId);
                    else
                        PlanInExecutor(steps, [launch], isGroup: false, agentId);
                }
            }
        }
        return steps;
    }

    private void PlanTask(List<PlannedStep> steps, FrameworkLaunch launch, string? agentId)
    {
        if (ProblemOf(launch, agentId) is { } problem)
        {
            RefuseTasks([launch], TaskState.Error, TaskReasons.Invalid, problem, agentId);
            return;
        }
        var place = Name(launch.TaskId);
        _launching.Add(launch.TaskId, place);
        steps.Add(new([launch with { Task = launch.Task with { TaskId = place, Owner = Owner } }], new(OfferOperationKind.Launch, launch.Task.Held, place), null, null));
    }

    // Tasks that an executor runs: its place comes first, once, and theirs after it.
    private void PlanInExecutor(List<PlannedStep> steps, ValueList<FrameworkLaunch> launches, bool isGroup, string? agentId)
    {
        if (ProblemOfGroup(launches, agentId) is { } problem)
        {
            if (isGroup)
                RefuseGroup(launches, problem, agentId);
            else
                RefuseTasks([.. launches], TaskState.Error, TaskReasons.Invalid, problem.Problem, agentId);
            return;
        }
        var executor = FindOrPlanExecutor(steps, launches[0], agentId ?? launches[0].AgentId, out var incompatible);
        if (incompatible is not null)
        {
            RefuseTasks([.. launches], TaskState.Error, isGroup ? "REASON_TASK_GROUP_INVALID" : TaskReasons.Invalid, incompatible, agentId);
            return;
        }
        if (executor.IsKilled)
        {
            RefuseTasks([.. launches], TaskState.Dropped, TaskReasons.ExecutorTerminated, $"Executor {executor.ExecutorId} is terminating", agentId);
            return;
        }
        var group = isGroup ? Name(executor.ExecutorId) : null;
        // The agent runs those in the default executor itself: of a group, one that fails takes the others with it.
        var isDefault = executor.Spec.Executor!.IsDefault;
        var tasks = launches.Select(launch => launch with
        {
            Task = launch.Task with
            {
                TaskId = Name(launch.TaskId),
                Owner = Owner,
                Group = group,
                RunsIn = isDefault ? null : executor.PlaceId,
                HeldBy = isDefault ? executor.PlaceId : null,
                Definition = launch.Definition,
                EndsGroup = isDefault ? TaskGroupEnd.OnFailure : TaskGroupEnd.Never,
            },
        }).ToList();
        var place = group ?? tasks[0].Task.TaskId;
        foreach (var launch in launches)
            _launching.Add(launch.TaskId, place);
        _launchingIn[executor.PlaceId] = _launchingIn.GetValueOrDefault(executor.PlaceId) + 1;
        var held = launches.Aggregate(Core.Resources.Empty, (sum, launch) => sum.Plus(launch.Task.Held));
        steps.Add(new(tasks, new(OfferOperationKind.Launch, held, place), null, group) { RunsIn = executor });
    }

    private (string TaskId, string Problem)? ProblemOfGroup(ValueList<FrameworkLaunch> launches, string? agentId)
    {
        foreach (var launch in launches)
        {
            if (ProblemOf(launch, agentId) is { } problem)
                return (launch.TaskId, problem);
        }
        return launches.Select(launch => launch.TaskId).Distinct(StringComparer.Ordinal).Count() != launches.Count ? (launches[0].TaskId, "Task has duplicate ID") : null;
    }

    // All or none.
    private void RefuseGroup(ValueList<FrameworkLaunch> launches, (string TaskId, string Problem) problem, string? agentId)
    {
        foreach (var launch in launches)
        {
            var told = launch.TaskId == problem.TaskId ? problem.Problem : $"A task within the task group is invalid: Task '{problem.TaskId}' is invalid: {problem.Problem}";
            RefuseTasks([launch], TaskState.Error, "REASON_TASK_GROUP_INVALID", told, agentId);
        }
    }

    private string? ProblemOf(FrameworkLaunch launch, string? agentId) =>
        _launching.ContainsKey(launch.TaskId) || (_items.Items.TryGetValue(launch.TaskId, out var known) && !known.IsCompleted) ? $"Task has duplicate ID: {launch.TaskId}"
        : agentId is not null && launch.AgentId != agentId ? $"Task uses invalid agent {launch.AgentId} while agent {agentId} is expected"
        : launch.Executor?.Executor is { FrameworkId: { Length: > 0 } framework } && framework != Id ? $"ExecutorInfo has an invalid FrameworkID (Actual: {framework} vs Expected: {Id})"
        : launch.Problem;

    // The framework's names are its own; the cluster's are unique for ever.
    private static string Name(string taskId) => $"{taskId}.{Guid.NewGuid():N}";

    // The executor is sent with each of its tasks: what the agent has already it does not start again.
    private IEnumerable<TaskSpec> Book(PlannedStep step, string agentId, string host)
    {
        if (step.RunsIn is { } executor)
        {
            if (!_executors.Items.ContainsKey(executor.PlaceId))
            {
                _executors.Set(executor.PlaceId, executor);
                _launchEpochs[executor.PlaceId] = Launching;
            }
            yield return executor.Spec;
        }
        foreach (var launch in step.Launches)
            yield return Book(launch, step, agentId, host);
    }

    private TaskSpec Book(FrameworkLaunch launch, PlannedStep step, string agentId, string host)
    {
        var task = new FrameworkTaskState
        {
            TaskId = launch.TaskId,
            PlaceId = launch.Task.TaskId,
            AgentId = agentId,
            Group = step.Group,
            ExecutorId = launch.ExecutorId,
            RunsIn = launch.Task.RunsIn ?? launch.Task.HeldBy,
            HeldBy = launch.Task.HeldBy,
            Role = launch.Task.Role,
            Resources = launch.Task.Held,
            Definition = launch.Definition,
            LaunchedAt = _time.GetUtcNow(),
            Discovery = launch.Discovery is { } discovery ? discovery with { Host = host } : null,
        };
        if (_items.Items.TryGetValue(launch.TaskId, out var former))
            _taskByPlace.Remove(former.PlaceId);
        Set(task);
        _taskByPlace[task.PlaceId] = task.TaskId;
        _live.Add(task.TaskId);
        _launchEpochs[task.PlaceId] = Launching;
        return launch.Task;
    }

    private async Task LaunchAsync(string agentId, ValueList<TaskSpec> tasks)
    {
        LogLaunching(Id, tasks.Count, agentId);
        LaunchReply reply;
        try
        {
            reply = await GrainFactory.GetGrain<IAgentGrain>(agentId).LaunchAsync(tasks, From);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whether it arrived is not known: the agent is asked for what it has.
            LogLaunchFailed(failure, Id, agentId);
            foreach (var task in tasks.Where(IsLaunching))
                _launchEpochs[task.TaskId] = 0;
            _unseen.Add(agentId);
            return;
        }
        foreach (var task in tasks.Where(IsLaunching).ToList())
        {
            _launchEpochs[task.TaskId] = reply.Epoch;
            if (reply.Refused is not { } refused)
                continue;
            if (_taskByPlace.TryGetValue(task.TaskId, out var id))
                Imply(_items.Items[id], TaskState.Dropped, TaskReasons.AgentDisconnected, refused);
            else if (_executors.Items.TryGetValue(task.TaskId, out var executor))
                EndExecutor(executor, -1);
        }
        if (reply.Refused is not null)
            await SettleAsync();
        // The session that it was sent on may have ended meanwhile.
        else if (_seenEpochs.TryGetValue(agentId, out var seen) && seen > reply.Epoch)
            _unseen.Add(agentId);
    }

    // An executor goes along with all of its tasks, and is launched once.
    private bool IsLaunching(TaskSpec task) => _launchEpochs.GetValueOrDefault(task.TaskId) == Launching;

    private void RefuseAll(List<PlannedStep> steps, string error, string? agentId)
    {
        foreach (var step in steps)
        {
            RefuseOperation(step.Asked?.OperationId, $"Operation attempted with invalid offers: {error}");
            RefuseTasks(step.Launches, TaskState.Dropped, "REASON_INVALID_OFFERS", $"Task launched with invalid offers: {error}", agentId);
        }
    }

    // A task that never was has nothing to acknowledge.
    private void RefuseTasks(IReadOnlyList<FrameworkLaunch> launches, TaskState state, string reason, string message, string? agentId) => Send(
        [.. launches.Select(launch => new FrameworkEvent
        {
            Update = new()
            {
                AgentId = agentId ?? launch.AgentId,
                IsFromControlPlane = true,
                Status = new()
                {
                    TaskId = launch.TaskId,
                    Owner = Owner,
                    State = FrameworkUpdates.Told(state, Record.Spec!.IsPartitionAware),
                    Reason = reason,
                    Message = message,
                    Timestamp = _time.GetUtcNow(),
                },
            },
        })]);

    /// <summary>One operation for the allocator, with the tasks that it is for.</summary>
    private sealed record PlannedStep(IReadOnlyList<FrameworkLaunch> Launches, OfferOperation Operation, FrameworkOperation? Asked, string? Group)
    {
        /// <summary>The executor that the operation makes room for; null: it is for tasks or resources.</summary>
        public FrameworkExecutor? Executor { get; init; }

        /// <summary>The executor that runs the tasks; null: they run by themselves.</summary>
        public FrameworkExecutor? RunsIn { get; init; }
    }
}
