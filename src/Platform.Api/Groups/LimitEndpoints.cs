using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Security;

namespace Platform.Api.Groups;

/// <summary><c>/api/limits</c>: how much the definitions in a group may come to. Without a group it is about the root, and so about all.</summary>
public static class LimitEndpoints
{
    private static readonly string[] Names = ["apps", "jobs", "instances", "cpus", "mem", "disk", "gpus"];

    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapLimits(this IEndpointRouteBuilder endpoints)
    {
        var groups = endpoints.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IGroupGrain>(AppPath.Root);
        var routes = new ApiRouter(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Groups"));
        routes.Get("/api/limits", request => ListAsync(groups, request)).Needs(Right.Filtered);
        routes.Put("/api/limits", request => PutAsync(groups, request, AppPath.Root)).Needs(Right.On(AccessAction.Update, ResourceId.Limits(AppPath.Root)));
        routes.Delete("/api/limits", _ => DeleteAsync(groups, AppPath.Root)).Needs(Right.On(AccessAction.Delete, ResourceId.Limits(AppPath.Root)));
        routes.Put("/api/limits/{group+}", request => PutAsync(groups, request, request.PathValue("group"))).Needs(Right.OnLimits(AccessAction.Update));
        routes.Delete("/api/limits/{group+}", request => DeleteAsync(groups, request.PathValue("group"))).Needs(Right.OnLimits(AccessAction.Delete));
        endpoints.MapRoutes("/api/limits", routes);
        endpoints.MapRoutes("/api/limits/{**path}", routes);
        return endpoints;
    }

    private static async Task<IResult> ListAsync(IGroupGrain groups, ApiRequest request)
    {
        var limits = await groups.GetLimitsAsync();
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("limits");
            foreach (var (group, status) in limits.Where(limit => request.Access.Allows(AccessAction.Read, ResourceId.Service(limit.Key))))
            {
                json.WriteStartObject();
                json.WriteString("group", group);
                Write(json, "limit", status.Limit);
                Write(json, "used", status.Used);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PutAsync(IGroupGrain groups, ApiRequest request, string group)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        if (!AppPath.HasValidNames(group))
            problems.Rule("/", $"{group} is no path of a group");
        var limit = Read(body.RootElement, problems);
        if (problems.Any)
            return ErrorAnswer.Invalid(problems);
        await groups.SetLimitAsync(group, limit);
        return Results.NoContent();
    }

    private static async Task<IResult> DeleteAsync(IGroupGrain groups, string group)
    {
        if (!(await groups.GetLimitsAsync()).ContainsKey(group))
            return ErrorAnswer.NotFound($"Group {group} has no limit of its own");
        await groups.SetLimitAsync(group, null);
        return Results.NoContent();
    }

    private static GroupLimit Read(JsonElement body, JsonProblems problems)
    {
        if (JsonObjectReader.Open(body, "", problems) is not { } reader)
            return new();
        const double Most = 1e12;
        var names = 0;
        foreach (var member in body.EnumerateObject())
        {
            if (Array.IndexOf(Names, member.Name) < 0)
                reader.Rule(member.Name, "is not known; known are " + string.Join(", ", Names));
            names++;
        }
        if (names == 0)
            reader.Rule("", "must limit something: " + string.Join(", ", Names));
        return new()
        {
            Apps = reader.Integer("apps", 0),
            Jobs = reader.Integer("jobs", 0),
            Instances = reader.Long("instances", 0, (long)Most),
            Cpus = reader.Number("cpus", 0, Most),
            Mem = reader.Number("mem", 0, Most),
            Disk = reader.Number("disk", 0, Most),
            Gpus = reader.Long("gpus", 0, (long)Most),
        };
    }

    private static void Write(Utf8JsonWriter json, string name, GroupLimit limit)
    {
        json.WriteStartObject(name);
        if (limit.Apps is { } apps)
            json.WriteNumber("apps", apps);
        if (limit.Jobs is { } jobs)
            json.WriteNumber("jobs", jobs);
        if (limit.Instances is { } instances)
            json.WriteNumber("instances", instances);
        if (limit.Cpus is { } cpus)
            json.WriteNumber("cpus", cpus);
        if (limit.Mem is { } mem)
            json.WriteNumber("mem", mem);
        if (limit.Disk is { } disk)
            json.WriteNumber("disk", disk);
        if (limit.Gpus is { } gpus)
            json.WriteNumber("gpus", gpus);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, GroupUse use)
    {
        json.WriteStartObject(name);
        json.WriteNumber("apps", use.Apps);
        json.WriteNumber("jobs", use.Jobs);
        json.WriteNumber("instances", use.Instances);
        json.WriteNumber("cpus", use.Cpus);
        json.WriteNumber("mem", use.Mem);
        json.WriteNumber("disk", use.Disk);
        json.WriteNumber("gpus", use.Gpus);
        json.WriteEndObject();
    }
}
