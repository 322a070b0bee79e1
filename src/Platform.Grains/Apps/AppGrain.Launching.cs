using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Secrets;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Grains.Apps;

/// <summary>Turns places into running instances.</summary>
public sealed partial class AppGrain
{
    private long _allocatorRun;
    private readonly Dictionary<string, InstanceTemplate> _templates = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task PlacedAsync(PlacementBatch batch)
    {
        var now = _time.GetUtcNow();
        var launches = new List<(AppInstance Instance, PendingLaunch Pending, TaskPlacement Placement)>(batch.Placements.Count);
        foreach (var placement in batch.Placements)
        {
            if (_instances.FindByTask(placement.TaskId) is not null)
                continue;
            if (_demands.Take(placement) is { } pending)
                launches.Add((Record(placement, pending, now), pending, placement));
            else
                _releases.Add(placement.TaskId);
        }
        if (_releases.Count > 0)
            LogNotWanted(Id, _releases.Count);
        if (launches.Count > 0)
            Changed(head: AdvanceDelays(launches[0].Pending.Target.ConfigVersion, now));
        await SettleAsync();
        if (launches.Count > 0)
            await LaunchAsync(launches);
    }

    /// <inheritdoc/>
    public async Task ReviewPlacesAsync(ValueList<string> taskIds)
    {
        foreach (var taskId in taskIds)
        {
            if (_instances.FindByTask(taskId) is not { State.Parked: false })
                _releases.Add(taskId);
        }
        if (_releases.Count > 0)
            LogNotWanted(Id, _releases.Count);
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async Task AllocatorStartedAsync(long run)
    {
        if (run == _allocatorRun)
            return;
        await ResyncAsync();
        _demands.Clear();
        _mustDecide = true;
        await SettleAsync();
    }

    private async Task ResyncAsync() => _allocatorRun = await Allocator.ResyncAsync(
        Owner,
        new()
        {
            TaskIds = _instances.States.Where(instance => !instance.Parked).Select(instance => instance.TaskId).ToValueList(),
            Volumes = _instances.States.SelectMany(instance => instance.PlacedVolumes).ToValueList(),
            DisruptionBudget = _target?.Spec.Extension?.DisruptionBudget,
        });

    private AppInstance Record(TaskPlacement placement, PendingLaunch pending, DateTimeOffset now)
    {
        var spec = pending.Target.Spec;
        var instanceId = pending.Parked ?? InstanceIds.InstanceOf(placement.TaskId);
        var state = new InstanceState
        {
            InstanceId = instanceId,
            TaskId = placement.TaskId,
            Version = pending.Target.Version,
            ConfigVersion = pending.Target.ConfigVersion,
            AgentId = placement.AgentId,
            Host = placement.Hostname,
            Region = placement.Region,
            Zone = placement.Zone,
            Attributes = GroupAttributes(spec, placement),
            Role = spec.Role,
            State = TaskState.Staging,
            StagedAt = now,
            HasHealthChecks = spec.Pod is { } pod ? PodTransitions.HasHealthChecks(pod) : !spec.HealthChecks.IsEmpty,
            HasReadinessChecks = !spec.ReadinessChecks.IsEmpty,
            Ports = AppPorts.HostPorts(spec, placement.Ports).Select(port => port ?? 0).ToValueList(),
            Volumes = pending.Target.IsResident ? VolumeIds(spec, instanceId) : default,
            PlacedVolumes = [.. placement.Volumes],
            Gpus = [.. placement.Gpus],
            Containers = PodTransitions.Stage(pending.Target, instanceId, InstanceIds.IncarnationOf(placement.TaskId), now),
            Since = now,
        };
        if (pending.Parked is not null && _instances.Find(pending.Parked)?.State is { } parked)
            state = InstanceTransitions.Relaunch(parked, state);
        var instance = _instances.Add(state);
        instance.LaunchEpoch = AppInstance.Launching;
        instance.KillSentAt = null;
        _events.Add(AppEvents.InstanceChanged(Id, state, TaskState.Staging, now));
        return instance;
    }

    private bool AdvanceDelays(string configVersion, DateTimeOffset now)
    {
        if (State.Delays.Find(configVersion) is not { } delay)
            return false;
        State.Delays = State.Delays.With(configVersion, delay.AfterLaunch(now));
        return true;
    }

    private static ValueMap<string> GroupAttributes(AppSpec spec, TaskPlacement placement)
    {
        Dictionary<string, string>? attributes = null;
        foreach (var constraint in spec.Constraints)
        {
            if (constraint.Operator == "GROUP_BY" && placement.Attributes.TryGetValue(constraint.Field, out var value))
                (attributes ??= [])[constraint.Field] = value;
        }
        return attributes?.ToValueMap() ?? default;
    }

    private static ValueList<string> VolumeIds(AppSpec spec, string instanceId) => (spec.Pod is { } pod
        ? pod.Volumes.Where(volume => volume.Persistent is not null).Select(volume => volume.Name)
        : spec.Container!.Volumes.Where(volume => volume.Persistent is not null).Select(volume => volume.ContainerPath))
        .Select(path => TaskTemplate.VolumeId(instanceId, path)).ToValueList();

    private async Task LaunchAsync(List<(AppInstance Instance, PendingLaunch Pending, TaskPlacement Placement)> launches)
    {
        var byAgent = new Dictionary<string, List<(AppInstance Instance, ValueList<TaskSpec> Tasks)>>(StringComparer.Ordinal);
        InstanceTemplate? template = null;
        foreach (var (instance, pending, placement) in launches)
        {
            var state = instance.State;
            if (state.Doomed || _instances.FindByTask(state.TaskId) != instance)
            {
                // It was never sent, so nobody else will report its end.
                instance.LaunchEpoch = 0;
                Report(state.AgentId, Imply(instance, TaskState.Killed, _time.GetUtcNow(), TaskReasons.Reconciliation, "Killed before it was launched."));
                continue;
            }
            template = template?.Target == pending.Target ? template : await TemplateAsync(pending.Target);
            var build = template.Build(state, placement.FromReserved);
            if (build.Problem is { } problem)
            {
                instance.LaunchEpoch = 0;
                Report(state.AgentId, Imply(instance, TaskState.Error, _time.GetUtcNow(), TaskReasons.Invalid, problem));
                continue;
            }
            if (!byAgent.TryGetValue(state.AgentId, out var onAgent))
                byAgent[state.AgentId] = onAgent = [];
            onAgent.Add((instance, build.Tasks));
        }
        LogLaunching(Id, launches.Count, byAgent.Count);
        if (byAgent.Count == 1)
        {
            var (agentId, tasks) = byAgent.First();
            await LaunchAsync(agentId, tasks);
        }
        else
        {
            await Task.WhenAll(byAgent.Select(agent => LaunchAsync(agent.Key, agent.Value)));
        }
        if (_mustDecide)
            await SettleAsync();
    }

    private async Task LaunchAsync(string agentId, List<(AppInstance Instance, ValueList<TaskSpec> Tasks)> launches)
    {
        long epoch;
        string? refused;
        try
        {
            var reply = await GrainFactory.GetGrain<IAgentGrain>(agentId).LaunchAsync(launches.SelectMany(launch => launch.Tasks).ToValueList());
            (epoch, refused) = (reply.Epoch, reply.Refused);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whether it arrived is not known: the agent is asked for what it has.
            LogLaunchFailed(failure, Id, launches.Count, agentId);
            foreach (var (instance, _) in launches)
                instance.LaunchEpoch = 0;
            _unseen.Add(agentId);
            _mustDecide = true;
            return;
        }
        foreach (var (instance, tasks) in launches)
        {
            instance.LaunchEpoch = epoch;
            if (_instances.FindByTask(tasks[0].TaskId) != instance)
                continue;
            if (refused is not null)
                Report(agentId, Imply(instance, TaskState.Dropped, _time.GetUtcNow(), TaskReasons.AgentDisconnected, refused));
            else
                _mustDecide |= instance.State.Doomed;
        }
        // The session that it was sent on ended meanwhile: the agent may never have seen it.
        if (_epochs.Remove(agentId, out var seen) && seen > epoch)
        {
            _unseen.Add(agentId);
            _mustDecide = true;
        }
        if (refused is not null)
            LogRefused(Id, launches.Count, agentId, refused);
    }

    private async ValueTask<InstanceTemplate> TemplateAsync(AppTarget target)
    {
        if (_templates.TryGetValue(target.Version, out var template) && template.Target == target)
            return template;
        ValueMap<string> secrets = default;
        if (!target.Spec.Secrets.IsEmpty)
        {
            var sources = await GrainFactory.GetGrain<ISecretGrain>(0).ResolveAsync(target.Spec.Secrets.Values.Distinct().ToValueList());
            secrets = target.Spec.Secrets
                .Where(secret => sources.ContainsKey(secret.Value))
                .Select(secret => KeyValuePair.Create(secret.Key, sources[secret.Value].Value))
                .ToValueMap();
        }
        template = InstanceTemplate.For(target, Owner, secrets, new(_options.EnvPrefix, target.EnforceRole));
        // Values of secrets may change at any time, so they are asked for with each launch.
        if (target.Spec.Secrets.IsEmpty)
        {
            if (_templates.Count > 2)
                _templates.Clear();
            _templates[target.Version] = template;
        }
        return template;
    }
}
