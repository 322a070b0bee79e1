using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Security;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Tasks;

/// <summary><c>/v2/tasks</c>: the tasks of all apps.</summary>
internal sealed class TasksEndpoints(MarathonApi api)
{
    private readonly TaskKills _kills = new(api);

    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var tasks = new TasksEndpoints(api);
        routes.Get("/v2/tasks", tasks.ListAsync).Needs(Right.Filtered);
        routes.Post("/v2/tasks/delete", tasks.KillAsync).Needs(Right.OfBody);
    }

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var apps = await api.Reader.ListAsync(AppPath.Root);
        if (TaskTable.IsWanted(request.Http.Request))
            return Results.Text(TaskTable.Of(apps), MediaTypeNames.Text.Plain);
        var states = request.Query.Set("status").Concat(request.Query.Set("status[]"))
            .Select(s => s.ToLowerInvariant()).Where(s => s is "running" or "staging").ToHashSet();
        if (states.Count == 0)
            return TaskLists.Answer(api, apps);
        bool IsWanted(InstanceStatus task) =>
            states.Contains("running") && task.State == TaskState.Running || states.Contains("staging") && task.State == TaskState.Staging;
        return TaskLists.Answer([.. apps.Where(a => a.Status is not null)
            .Select(a => (a.Definition.Spec, (IReadOnlyList<InstanceStatus>)a.Status!.Instances.Where(IsWanted).ToList()))]);
    }

    private async Task<IResult> KillAsync(ApiRequest request)
    {
        var options = KillOptions.From(request.Query);
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var ids = ReadIds(body.RootElement, problems);
        if (problems.Any)
            return ErrorAnswer.Invalid(problems);

        var byApp = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        // Tasks of pods are not among those of apps, and are not killed with them.
        var definitions = (await api.Reader.ListDefinitionsAsync(AppPath.Root)).ToDictionary(app => app.Spec.Id, StringComparer.Ordinal);
        var bySafePath = definitions.Keys.ToLookup(AppPath.Safe, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (SafePathOf(id) is not { } safe)
                return ErrorAnswer.BadRequest($"Invalid task id {id}");
            foreach (var appId in bySafePath[safe])
                (byApp.TryGetValue(appId, out var set) ? set : byApp[appId] = new(StringComparer.Ordinal)).Add(id);
        }

        var found = new List<(AppVersion App, List<InstanceStatus> Tasks)>();
        foreach (var (appId, wanted) in byApp)
        {
            var status = await api.Reader.App(appId).ReadAsync();
            var tasks = (status?.Instances ?? default).Where(t => wanted.Contains(t.TaskId) || wanted.Contains(t.InstanceId)).ToList();
            if (tasks.Count > 0)
                found.Add((definitions[appId], tasks));
        }
        foreach (var (app, _) in found)
            request.Access.Demand(AccessAction.Update, ResourceId.Service(app.Spec.Id));
        if (options.Scale)
            return MarathonApi.Accepted(await _kills.ScaleAsync(found, options));
        var killed = await Task.WhenAll(found.Select(async app =>
            (app.App.Spec, await _kills.KillAsync(app.App.Spec.Id, app.Tasks.Select(t => t.TaskId), options.Wipe))));
        return TaskLists.Answer(killed);
    }

    private static HashSet<string> ReadIds(JsonElement json, JsonProblems problems)
    {
        if (JsonObjectReader.Open(json, "", problems) is not { } reader || !reader.Require("ids"))
            return [];
        return [.. (IEnumerable<string>)(reader.Texts("ids") ?? default)];
    }

    /// <summary>The app's part of <c>shop_web.instance-UUID._app.1</c>, or of an instance's id; null if the text is no such id.</summary>
    private static string? SafePathOf(string id)
    {
        foreach (var mark in (string[])[".instance-", ".marathon-"])
        {
            var at = id.IndexOf(mark, StringComparison.Ordinal);
            if (at > 0 && id.Length > at + mark.Length)
                return id[..at];
        }
        return null;
    }
}
