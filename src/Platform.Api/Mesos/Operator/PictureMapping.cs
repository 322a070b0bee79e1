using Platform.Api.Mesos.Mapping;
using Platform.Api.Mesos.State;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;
using Response = Platform.Mesos.Wire.Operator.Response;

namespace Platform.Api.Mesos.Operator;

/// <summary>The cluster in the words of Mesos' operator API.</summary>
internal static class PictureMapping
{
    public static Response.Types.GetState State(ClusterPicture picture) =>
        new() { GetAgents = Agents(picture), GetFrameworks = Frameworks(picture), GetTasks = Tasks(picture), GetExecutors = Executors(picture) };

    public static Response.Types.GetAgents Agents(ClusterPicture picture)
    {
        var answer = new Response.Types.GetAgents();
        answer.Agents.Add(picture.Agents.Where(agent => agent.IsRegistered).Select(ToWire));
        return answer;
    }

    public static Response.Types.GetAgents.Types.Agent ToWire(PictureAgent agent)
    {
        var wire = new Response.Types.GetAgents.Types.Agent
        {
            AgentInfo = AgentMapping.ToWire(agent.Status),
            Active = agent.Status.Condition != AgentCondition.Recovering,
            Deactivated = agent.IsDeactivated,
            Version = AgentMapping.MesosVersion,
            Pid = AgentMapping.Pid(agent.Status),
            RegisteredTime = StatusMapping.Time(agent.Status.RegisteredAt),
        };
        if (agent.Status.ReregisteredAt is { } again && again != agent.Status.RegisteredAt)
            wire.ReregisteredTime = StatusMapping.Time(again);
        wire.Capabilities.Add(AgentMapping.Capabilities.Select(type => new Wire.AgentInfo.Types.Capability { Type = type }));
        ResourceMapping.Write(agent.Total, wire.TotalResources);
        ResourceMapping.Write(agent.Used, wire.AllocatedResources);
        ResourceMapping.Write(agent.Offered, wire.OfferedResources);
        if (agent.IsDraining)
        {
            wire.DrainInfo = new() { State = agent.Status.Condition == AgentCondition.Drained ? Wire.DrainState.Drained : Wire.DrainState.Draining, Config = new() };
            if (agent.Status.Drain is { } drain)
            {
                wire.DrainInfo.Config.MarkGone = drain.MarkGone;
                if (drain.MaxGraceSeconds is { } grace)
                    wire.DrainInfo.Config.MaxGracePeriod = new() { Nanoseconds = (long)(grace * 1e9) };
                if (drain.Since is { } since)
                    wire.EstimatedDrainStartTime = StatusMapping.Time(since);
            }
        }
        return wire;
    }

    public static Response.Types.GetExecutors Executors(ClusterPicture picture) => new()
    {
        Executors =
        {
            picture.Frameworks.SelectMany(framework => framework.Executors)
                .Select(executor => new Response.Types.GetExecutors.Types.Executor { ExecutorInfo = executor.Info, AgentId = new() { Value = executor.AgentId } }),
        },
    };

    public static Response.Types.GetFrameworks Frameworks(ClusterPicture picture)
    {
        var answer = new Response.Types.GetFrameworks();
        foreach (var framework in picture.Frameworks)
            (framework.RemovedAt is null ? answer.Frameworks : answer.CompletedFrameworks).Add(ToWire(framework));
        return answer;
    }

    public static Response.Types.GetFrameworks.Types.Framework ToWire(PictureFramework framework)
    {
        var wire = new Response.Types.GetFrameworks.Types.Framework
        {
            FrameworkInfo = framework.Info,
            Active = framework.IsConnected,
            Connected = framework.IsConnected,
            Recovered = false,
            RegisteredTime = StatusMapping.Time(framework.RegisteredAt),
            Offers = { framework.Offers.Select(OfferMapping.ToWire) },
        };
        if (framework.ReregisteredAt is { } again)
            wire.ReregisteredTime = StatusMapping.Time(again);
        if (framework.RemovedAt is { } removed)
            wire.UnregisteredTime = StatusMapping.Time(removed);
        ResourceMapping.Write(framework.Used, wire.AllocatedResources);
        ResourceMapping.Write(framework.Offered, wire.OfferedResources);
        return wire;
    }

    public static Response.Types.GetTasks Tasks(ClusterPicture picture)
    {
        var answer = new Response.Types.GetTasks();
        foreach (var task in picture.Tasks)
            (task.State.IsTerminal() ? answer.CompletedTasks : task.IsUnreachable ? answer.UnreachableTasks : answer.Tasks).Add(task.Task);
        return answer;
    }
}
