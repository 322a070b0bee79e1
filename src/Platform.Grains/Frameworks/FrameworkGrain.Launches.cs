using Platform.Contracts.Agents;
using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Grains.Frameworks;

/// <content>Launches on their way to agents.</content>
public sealed partial class FrameworkGrain
{
    private readonly Dictionary<string, SentLaunch> _launches = new(StringComparer.Ordinal);
    private long _orders;

    private async Task LaunchAsync(string agentId, ValueList<TaskSpec> tasks)
    {
        LogLaunching(Id, tasks.Count, agentId);
        var from = NextOrder();
        // An executor goes along with all of its tasks, and is launched once.
        foreach (var task in tasks.Where(task => _launches.GetValueOrDefault(task.TaskId).IsOnItsWay))
            _launches[task.TaskId] = new(from.Number, SentLaunch.OnItsWay);
        var launch = FollowAsync(agentId, tasks, from);
        if (await PatientCall.IsAnsweredAsync(launch, PatientCall.Patience, _time))
        {
            await launch;
            return;
        }
        // It must not be sent twice: a task may have ended by then. Whether it arrived is asked instead.
        launch.Ignore();
        _unseen.Add(agentId);
        AskAgentAsync(agentId).Ignore();
    }

    private async Task FollowAsync(string agentId, ValueList<TaskSpec> tasks, OwnerTerm from)
    {
        LaunchReply reply;
        try
        {
            reply = await GrainFactory.GetGrain<IAgentGrain>(agentId).LaunchAsync(tasks, from);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whether it arrived is not known: the agent is asked for what it has.
            LogLaunchFailed(failure, Id, agentId);
            _unseen.Add(agentId);
            return;
        }
        foreach (var task in tasks.Where(task => _launches.TryGetValue(task.TaskId, out var sent) && sent.IsOnItsWay && sent.Number <= from.Number).ToList())
        {
            _launches[task.TaskId] = new(from.Number, reply.Epoch);
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

    private async Task AskAgentsAsync()
    {
        foreach (var agentId in _unseen.ToList())
            await AskAgentAsync(agentId);
    }

    // Behind a fence: what was launched before, and is not in the answer, never will be.
    private async Task AskAgentAsync(string agentId)
    {
        if (!_isTermStored)
            await _writer.WriteAsync();
        var fence = NextOrder();
        await AgentChangedAsync(await AskAsync(() => GrainFactory.GetGrain<IAgentGrain>(agentId).GetTasksAsync(Owner, fence)));
    }

    private OwnerTerm NextOrder() => From with { Number = ++_orders };

    // True: the agent does not have it, and will not get it.
    private bool IsLost(string placeId, AgentTasks tasks, HashSet<string> reported)
    {
        var sent = _launches.GetValueOrDefault(placeId);
        if (!reported.Contains(placeId))
        {
            if (sent.IsLost(tasks.Epoch, tasks.Fence))
                return true;
            // Nobody would tell if it never came there: the agent is asked until it is seen, or known to be lost.
            if (sent is { IsOnItsWay: true, Number: > 0 })
                _unseen.Add(tasks.AgentId);
        }
        else if (sent.IsOnItsWay)
        {
            // It has arrived, whatever became of the answer.
            _launches[placeId] = sent with { Epoch = tasks.Epoch };
        }
        return false;
    }
}
