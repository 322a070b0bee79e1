using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.Api.Agents;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Core.Security;

namespace Platform.Api.Native;

/// <summary><c>/api/agents</c>: the agents, and what an operator does with them.</summary>
internal static class AgentEndpoints
{
    // A year.
    private const int MaxDeadlineSeconds = 31_536_000;

    internal static void Map(RouteGroupBuilder agents)
    {
        agents.MapGet("", ListAsync).Needs(Right.OnOperations(AccessAction.Read, "slave"));
        agents.MapGet("{id}", ShowAsync).Needs(Right.OnOperations(AccessAction.Read, "slave"));
        agents.MapPost("{id}/drain", (HttpContext http, IGrainFactory grains, string id, double? maxGraceSeconds, bool? markGone, double? deadlineSeconds) =>
            deadlineSeconds is < 0 or > MaxDeadlineSeconds or double.NaN
                ? http.RefuseAsync(StatusCodes.Status422UnprocessableEntity, $"deadlineSeconds must be between 0 and {MaxDeadlineSeconds}")
                : ActAsync(http, grains, id, agent => agent.DrainWithinAsync(maxGraceSeconds, markGone ?? false, deadlineSeconds))).Needs(Right.OnOperations(AccessAction.Update, "slave"));
        agents.MapPost("{id}/reactivate", (HttpContext http, IGrainFactory grains, string id) => ActAsync(http, grains, id, agent => agent.ReactivateAsync())).Needs(Right.OnOperations(AccessAction.Update, "slave"));
        agents.MapPost("{id}/gone", (HttpContext http, IGrainFactory grains, string id) => ActAsync(http, grains, id, agent => agent.MarkGoneAsync())).Needs(Right.OnOperations(AccessAction.Update, "slave"));
        agents.MapPost("{id}/certificate", AgentCertificates.AnswerAsync).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession));
        agents.MapPost("{id}/revoke", AgentCertificates.RevokeAsync).Needs(Right.OnOperations(AccessAction.Update, "slave"));
    }

    /// <summary>The agent with this id or, if none has it, this name.</summary>
    internal static async Task<(string Id, AgentStatus Status)?> FindAsync(IGrainFactory grains, string idOrName)
    {
        // A grain is made by calling it: only ids that are listed are called.
        var listed = await grains.ListAsync(DirectoryKinds.Agents, idOrName);
        if (listed.AsEnumerable().Contains(idOrName) && await grains.GetGrain<IAgentGrain>(idOrName).GetStatusAsync() is { } status)
            return (idOrName, status);

        // Names are not unique, and each agent alone knows its own.
        var named = (await AllAsync(grains)).Where(agent => agent.Status.Registration.Name == idOrName).ToArray();
        return named.Length == 1 ? named[0] : null;
    }

    private static async Task ListAsync(HttpContext http, IGrainFactory grains)
    {
        var views = (await AllAsync(grains)).Select(agent => AgentView.Of(agent.Id, agent.Status)).OrderBy(view => view.Name, StringComparer.Ordinal).ToArray();
        await http.Response.WriteAsJsonAsync(new AgentList(views), NativeJson.Default.AgentList, cancellationToken: http.RequestAborted);
    }

    private static async Task ShowAsync(HttpContext http, IGrainFactory grains, string id)
    {
        if (await FindAsync(grains, id) is not { } agent)
        {
            await http.RefuseAsync(StatusCodes.Status404NotFound, $"Agent '{id}' does not exist");
            return;
        }

        var detail = new AgentDetail(AgentView.Of(agent.Id, agent.Status), [.. agent.Status.Tasks.Select(AgentTaskView.Of)]);
        await http.Response.WriteAsJsonAsync(detail, NativeJson.Default.AgentDetail, cancellationToken: http.RequestAborted);
    }

    private static async Task ActAsync(HttpContext http, IGrainFactory grains, string id, Func<IAgentGrain, Task> act)
    {
        if (await FindAsync(grains, id) is not { } agent)
        {
            await http.RefuseAsync(StatusCodes.Status404NotFound, $"Agent '{id}' does not exist");
            return;
        }

        await act(grains.GetGrain<IAgentGrain>(agent.Id));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<IReadOnlyList<(string Id, AgentStatus Status)>> AllAsync(IGrainFactory grains)
    {
        var ids = await grains.ListAsync(DirectoryKinds.Agents);
        var statuses = await Task.WhenAll(ids.Select(async id => (Id: id, Status: await grains.GetGrain<IAgentGrain>(id).GetStatusAsync())));
        return [.. statuses.Where(agent => agent.Status is not null).Select(agent => (agent.Id, agent.Status!))];
    }
}
