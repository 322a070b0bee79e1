using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Roles;
using Platform.Core.Security;

namespace Platform.Api.Allocation;

/// <summary><c>/api/allocator</c>: who has what, what waits and why, weights and quota of roles, reservations.</summary>
public static class AllocatorEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapAllocator(this IEndpointRouteBuilder endpoints)
    {
        var allocator = endpoints.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IAllocatorGrain>(0);
        var routes = new ApiRouter(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Allocation"));
        routes.Get("/api/allocator", _ => StatusAsync(allocator)).Needs(Right.OnOperations(AccessAction.Read, "mesos"));
        routes.Get("/api/allocator/pending", _ => PendingAsync(allocator)).Needs(Right.OnOperations(AccessAction.Read, "mesos"));
        routes.Put("/api/allocator/weights", request => PutWeightsAsync(allocator, request)).Needs(Right.On(AccessAction.Update, "dcos:mesos:master:weight"));
        routes.Put("/api/allocator/quota", request => PutQuotasAsync(allocator, request)).Needs(Right.On(AccessAction.Update, "dcos:mesos:master:quota"));
        routes.Put("/api/allocator/quota/{role+}", request => PutQuotaAsync(allocator, request)).Needs(Right.OnRole(AccessAction.Update, "quota"));
        routes.Delete("/api/allocator/quota/{role+}", request => DeleteQuotaAsync(allocator, request)).Needs(Right.OnRole(AccessAction.Delete, "quota"));
        routes.Get("/api/allocator/reservations", _ => ReservationsAsync(allocator)).Needs(Right.OnOperations(AccessAction.Read, "mesos"));
        routes.Put("/api/allocator/reservations/{agent}/{role+}", request => PutReservationAsync(allocator, request)).Needs(Right.OnRole(AccessAction.Create, "reservation"));
        routes.Delete("/api/allocator/reservations/{agent}/{role+}", request => ReserveAsync(allocator, request, Resources.Empty)).Needs(Right.OnRole(AccessAction.Delete, "reservation"));
        routes.Post("/api/allocator/operations/{agent}", request => OperateAsync(allocator, request)).Needs(Right.On(AccessAction.Full, "dcos:mesos:master"));
        endpoints.MapRoutes("/api/allocator", routes);
        endpoints.MapRoutes("/api/allocator/{**path}", routes);
        return endpoints;
    }

    private static async Task<IResult> StatusAsync(IAllocatorGrain allocator)
    {
        var status = await allocator.GetStatusAsync();
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("agents", status.Agents);
            json.WriteNumber("tasks", status.Tasks);
            json.WriteNumber("waiting", status.Waiting);
            AllocatorWriter.Write(json, "total", status.Total);
            AllocatorWriter.Write(json, "held", status.Held);
            json.WriteStartArray("roles");
            foreach (var role in status.Roles)
                AllocatorWriter.Write(json, role);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PendingAsync(IAllocatorGrain allocator)
    {
        var pending = await allocator.GetPendingAsync();
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("demands");
            foreach (var waiting in pending)
                AllocatorWriter.Write(json, waiting);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PutWeightsAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var weights = AllocatorReader.Weights(body.RootElement, problems);
        return problems.Any ? ErrorAnswer.Invalid(problems) : Answer(await allocator.SetWeightsAsync(weights));
    }

    private static async Task<IResult> PutQuotasAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var quotas = AllocatorReader.Quotas(body.RootElement, problems);
        return problems.Any ? ErrorAnswer.Invalid(problems) : Answer(await allocator.SetQuotasAsync(quotas, IsForced(request)));
    }

    private static async Task<IResult> PutQuotaAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var role = request.Value("role");
        AllocatorReader.CheckRole(role, "/", problems);
        var quota = AllocatorReader.Quota(body.RootElement, "", problems);
        return problems.Any ? ErrorAnswer.Invalid(problems) : Answer(await allocator.SetQuotasAsync(ValueMap.Create((role, quota)), IsForced(request)));
    }

    private static async Task<IResult> DeleteQuotaAsync(IAllocatorGrain allocator, ApiRequest request) =>
        Answer(await allocator.SetQuotasAsync(ValueMap.Create((request.Value("role"), Quota.None)), force: false));

    private static bool IsForced(ApiRequest request) => request.Query["force"] == "true";

    private static async Task<IResult> ReservationsAsync(IAllocatorGrain allocator)
    {
        var reservations = await allocator.GetReservationsAsync();
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("reservations");
            foreach (var (agent, resources) in reservations)
            {
                json.WriteStartObject(agent);
                foreach (var role in resources.Items.GroupBy(resource => resource.ReservationRole!).OrderBy(role => role.Key, StringComparer.Ordinal))
                    json.WriteString(role.Key, Resources.Of(role).ToUnreserved().ToString());
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PutReservationAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        AllocatorReader.CheckRole(request.Value("role"), "/", problems);
        var resources = AllocatorReader.Reservation(body.RootElement, problems);
        return problems.Any ? ErrorAnswer.Invalid(problems) : await ReserveAsync(allocator, request, resources);
    }

    private static async Task<IResult> ReserveAsync(IAllocatorGrain allocator, ApiRequest request, Resources resources) =>
        Answer(await allocator.ReserveAsync(request.Value("agent"), request.Value("role"), resources));

    private static async Task<IResult> OperateAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var operation = AllocatorReader.Operation(body.RootElement, problems);
        return problems.Any ? ErrorAnswer.Invalid(problems) : Answer(await allocator.OperateAsync(request.Value("agent"), operation!));
    }

    private static IResult Answer(string? problem) => Answer(problem is null ? default : (ValueList<string>)[problem]);

    private static IResult Answer(ValueList<string> found)
    {
        if (found.IsEmpty)
            return Results.NoContent();
        var problems = new JsonProblems();
        foreach (var problem in found)
            problems.Rule("/", problem);
        return ErrorAnswer.Invalid(problems);
    }
}
