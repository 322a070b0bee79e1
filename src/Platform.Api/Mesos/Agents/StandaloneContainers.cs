using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Agent.Call;
using Response = Platform.Mesos.Wire.Agent.Response;

namespace Platform.Api.Mesos.Agents;

/// <summary>Containers that operators have an agent run, without a task. The agent keeps them, and how they ended until they are removed; what they use is not taken from what it offers.</summary>
internal sealed class StandaloneContainers(IGrainFactory grains)
{
    private const double WaitSeconds = 10;

    /// <summary>Those that have not ended.</summary>
    public static IEnumerable<TaskUpdate> On(AgentPicture picture) =>
        picture.Agent.Status.Tasks.AsEnumerable().Select(task => task.Status).Where(status => status.Owner == TaskOwners.Operator && !status.State.IsTerminal());

    /// <summary>The task behind a container; null: none of the name runs.</summary>
    public static string? TaskOf(string container, AgentPicture picture) => On(picture).FirstOrDefault(status => TaskOwners.ContainerOf(status.TaskId) == container)?.TaskId;

    /// <summary>Starts one: 200, or 202 if it runs already. Answered when it runs.</summary>
    /// <exception cref="MesosRefusal">400: it cannot be started; 503: the agent has no session.</exception>
    public async Task<int> LaunchAsync(HttpContext http, Call.Types.LaunchContainer launch, AgentPicture picture)
    {
        var (name, agent) = (launch.ContainerId.Value, Grain(picture));
        var task = ContainerMapping.Read(launch, out var problem);
        if (problem is not null)
            throw MesosRefusal.BadRequest($"Failed to validate agent::Call: {problem}");
        var reply = Reached(picture, await agent.LaunchContainerAsync(name, task));
        if (reply.IsKnown)
            return StatusCodes.Status202Accepted;
        var status = await WaitAsync(http, name, untilEnd: false, picture);
        if (status is null || status.Reason is not (TaskReasons.LaunchFailed or TaskReasons.FetchFailed or TaskReasons.Invalid or TaskReasons.InsufficientResources))
            return StatusCodes.Status200OK;
        await agent.RemoveContainerAsync(name);
        throw MesosRefusal.BadRequest($"Failed to launch container: {status.Message}");
    }

    /// <summary>Waits for the end of one.</summary>
    /// <exception cref="MesosRefusal">404: there is none; 503: nothing is known of the agent.</exception>
    public async Task<Response.Types.WaitContainer> WaitAsync(HttpContext http, string name, AgentPicture picture)
    {
        var end = await WaitAsync(http, name, untilEnd: true, picture) ?? throw MesosRefusal.NotFound($"Container {name} cannot be found");
        var answer = new Response.Types.WaitContainer();
        // As of wait(2).
        if (end.Signal is { } signal)
            answer.ExitStatus = signal;
        else if (end.ExitStatus is { } status)
            answer.ExitStatus = status << 8;
        if (end.Message is { } message)
            answer.Message = message;
        // What a program did by itself is told by its status alone.
        if (end.State is TaskState.Finished or TaskState.Killed || end.Reason is TaskReasons.CommandExecutorFailed or null)
            return answer;
        answer.State = StatusMapping.ToWire(end.State);
        if (StatusMapping.Reason(end.Reason) is { } reason)
            answer.Reason = reason;
        return answer;
    }

    /// <summary>Sends one a signal.</summary>
    /// <exception cref="MesosRefusal">404: it does not run; 503: the agent has no session.</exception>
    public async Task SignalAsync(string name, int signal, AgentPicture picture)
    {
        if (Reached(picture, await Grain(picture).SignalContainerAsync(name, signal)).Status is null)
            throw MesosRefusal.NotFound($"Container '{name}' cannot be found (or is already killed)");
    }

    /// <summary>Forgets one that has ended.</summary>
    /// <exception cref="MesosRefusal">500: it runs, or there is none; 503: the agent has no session.</exception>
    public async Task RemoveAsync(string name, AgentPicture picture)
    {
        var status = Reached(picture, await Grain(picture).RemoveContainerAsync(name)).Status;
        if (status is null || !status.State.IsTerminal())
            throw new MesosRefusal(StatusCodes.Status500InternalServerError, status is null ? $"Container {name} cannot be found" : $"Container {name} has not terminated yet");
    }

    private async Task<TaskUpdate?> WaitAsync(HttpContext http, string name, bool untilEnd, AgentPicture picture)
    {
        while (true)
        {
            var status = Reached(picture, await Grain(picture).WaitContainerAsync(name, untilEnd, WaitSeconds)).Status;
            if (status is null || status.State.IsTerminal() || (!untilEnd && status.State == TaskState.Running))
                return status;
            http.RequestAborted.ThrowIfCancellationRequested();
        }
    }

    private static ContainerReply Reached(AgentPicture picture, ContainerReply reply) =>
        !reply.IsUnreachable ? reply : throw new MesosRefusal(StatusCodes.Status503ServiceUnavailable, $"Agent {picture.Agent.Id} has no session now");

    private IAgentGrain Grain(AgentPicture picture) => grains.GetGrain<IAgentGrain>(picture.Agent.Id);
}
