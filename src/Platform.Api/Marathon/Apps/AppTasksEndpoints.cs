using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Marathon.Tasks;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/apps/{id}/tasks</c>: the instances of an app.</summary>
internal sealed class AppTasksEndpoints(MarathonApi api)
{
    private readonly TaskKills _kills = new(api);

    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var tasks = new AppTasksEndpoints(api);
        routes.Get("/v2/apps/{id+}/tasks", tasks.ListAsync).Needs(Right.OnApp(AccessAction.Read));
        routes.Delete("/v2/apps/{id+}/tasks", tasks.KillManyAsync).Needs(Right.OnApp(AccessAction.Update));
        routes.Delete("/v2/apps/{id+}/tasks/{task}", tasks.KillOneAsync).Needs(Right.OnApp(AccessAction.Update));
    }

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        IReadOnlyList<AppView> apps;
        if (AppPath.Name(id) == "*")
        {
            var group = AppPath.Parent(id);
            if (group != AppPath.Root && (await api.Reader.Groups.GetAsync())?.Groups.ContainsKey(group) != true)
                return MarathonErrors.UnknownGroup(group);
            apps = await api.Reader.ListAsync(group);
        }
        else
        {
            if (await api.Reader.FindAsync(id) is not { } app)
                return MarathonErrors.UnknownApp(id);
            apps = [app];
        }
        return TaskTable.IsWanted(request.Http.Request)
            ? Results.Text(TaskTable.Of(apps), MediaTypeNames.Text.Plain)
            : TaskLists.Answer(api, apps);
    }

    private async Task<IResult> KillManyAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        var options = KillOptions.From(request.Query);
        var app = await api.Reader.FindAsync(id);
        var host = request.Query.Text("host");
        bool IsWanted(InstanceStatus task) => host is null or "*" || task.Host == host;

        if (app is null)
            return MarathonErrors.UnknownApp(id);
        var wanted = (app.Status?.Instances ?? default).Where(IsWanted).ToList();
        if (options.Scale)
            return MarathonApi.Accepted(await _kills.ScaleAsync([(app.Definition, wanted)], options));
        var killed = wanted.Count == 0 ? [] : await _kills.KillAsync(id, wanted.Select(t => t.TaskId), options.Wipe);
        return TaskLists.Answer([(app.Definition.Spec, killed)]);
    }

    /// <summary>
    /// Clients that know the task ids of Marathon before 1.9 make the app's path of all that is before the last dot of the task's id,
    /// with slashes for underscores: <c>/shop/web.instance-UUID./app</c>.
    /// </summary>
    private async Task<AppView?> FindByDerivedIdAsync(string id, string taskId)
    {
        var end = id.IndexOf(".instance-", StringComparison.Ordinal);
        return end > 0 && taskId.StartsWith(AppPath.Safe(id[..end]) + ".instance-", StringComparison.Ordinal)
            ? await api.Reader.FindAsync(id[..end])
            : null;
    }

    private async Task<IResult> KillOneAsync(ApiRequest request)
    {
        var (id, taskId) = (request.PathValue("id"), request.Value("task"));
        var options = KillOptions.From(request.Query);
        if ((await api.Reader.FindAsync(id) ?? await FindByDerivedIdAsync(id, taskId)) is not { } app)
            return MarathonErrors.UnknownApp(id);
        id = app.Definition.Spec.Id;
        var wanted = (app.Status?.Instances ?? default).Where(t => t.TaskId == taskId || t.InstanceId == taskId).ToList();
        if (wanted.Count == 0)
            return MarathonErrors.UnknownTask(taskId);
        if (options.Scale)
            return MarathonApi.Accepted(await _kills.ScaleAsync([(app.Definition, wanted)], options));
        var killed = await _kills.KillAsync(id, [wanted[0].TaskId], options.Wipe);
        if (killed.Count == 0)
            return MarathonErrors.UnknownTask(taskId);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("task");
            TaskWriter.Write(writer, app.Definition.Spec, killed[0], ServicePorts.Of(app.Definition.Spec));
            writer.WriteEndObject();
        });
    }
}
