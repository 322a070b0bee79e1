using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Roles;

namespace Platform.Api.Allocation;

/// <summary><c>/api/allocator</c>: who has what, what waits and why, weights and quota of roles, reservations.</summary>
public static class AllocatorEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapAllocator(this IEndpointRouteBuilder endpoints)
    {
        var allocator = endpoints.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IAllocatorGrain>(0);
        var routes = new ApiRouter(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Allocation"));
        routes.Get("/api/allocator", _ => StatusAsync(allocator));
        routes.Get("/api/allocator/pending", _ => PendingAsync(allocator));
        routes.Put("/api/allocator/weights", request => PutWeightsAsync(allocator, request));
        routes.Put("/api/allocator/quota/{role+}", request => PutQuotaAsync(allocator, request));
        routes.Delete("/api/allocator/quota/{role+}", request => DeleteQuotaAsync(allocator, request));
        routes.Get("/api/allocator/reservations", _ => ReservationsAsync(allocator));
        routes.Put("/api/allocator/reservations/{agent}/{role+}", request => PutReservationAsync(allocator, request));
        routes.Delete("/api/allocator/reservations/{agent}/{role+}", request => ReserveAsync(allocator, request, Resources.Empty));
        RequestDelegate answer = http => routes.InvokeAsync(http, http.Request.Path.Value!);
        endpoints.Map("/api/allocator", answer);
        endpoints.Map("/api/allocator/{**path}", answer);
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
            Write(json, "total", status.Total);
            Write(json, "held", status.Held);
            json.WriteStartArray("roles");
            foreach (var role in status.Roles)
                Write(json, role);
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
                Write(json, waiting);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PutWeightsAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || body.RootElement.EnumerateObject().Any(weight => weight.Value.ValueKind != JsonValueKind.Number))
            return Invalid(["The body must be an object of roles and their weights, such as {\"eng\": 2.5}"]);
        var weights = body.RootElement.EnumerateObject().Select(weight => KeyValuePair.Create(weight.Name, weight.Value.GetDouble())).ToValueMap();
        return Answer(await allocator.SetWeightsAsync(weights));
    }

    private static async Task<IResult> PutQuotaAsync(IAllocatorGrain allocator, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        Quota quota;
        try
        {
            quota = new()
            {
                Guarantees = Part<ResourceQuantities>(body.RootElement, "guarantee"),
                Limits = Part<ResourceLimits>(body.RootElement, "limit") ?? ResourceLimits.None,
            };
        }
        catch (JsonException problem)
        {
            return Invalid([$"The body must be like {{\"guarantee\": {{\"cpus\": 4}}, \"limit\": {{\"cpus\": 8}}}}: {problem.Message}"]);
        }
        var force = request.Query["force"] == "true";
        return Answer(await allocator.SetQuotasAsync(ValueMap.Create((request.Value("role"), quota)), force));
    }

    private static async Task<IResult> DeleteQuotaAsync(IAllocatorGrain allocator, ApiRequest request) =>
        Answer(await allocator.SetQuotasAsync(ValueMap.Create((request.Value("role"), Quota.None)), force: false));

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
        if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty("resources", out var text)
            || text.ValueKind != JsonValueKind.String)
            return Invalid(["The body must be like {\"resources\": \"cpus:2;mem:512\"}"]);
        return Resources.TryParse(text.GetString()!, out var resources, out var errors)
            ? await ReserveAsync(allocator, request, resources)
            : Invalid([.. errors]);
    }

    private static async Task<IResult> ReserveAsync(IAllocatorGrain allocator, ApiRequest request, Resources resources) =>
        await allocator.ReserveAsync(request.Value("agent"), request.Value("role"), resources) is { } problem ? Invalid([problem]) : Results.NoContent();

    private static T? Part<T>(JsonElement body, string name)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new JsonException("it is no object");
        return body.TryGetProperty(name, out var part) && part.ValueKind != JsonValueKind.Null ? part.Deserialize<T>() : default;
    }

    private static IResult Answer(ValueList<string> problems) => problems.IsEmpty ? Results.NoContent() : Invalid([.. problems]);

    private static ErrorAnswer Invalid(string[] problems) => new(StatusCodes.Status422UnprocessableEntity, string.Join("; ", problems));

    private static void Write(Utf8JsonWriter json, RoleUsage role)
    {
        json.WriteStartObject();
        json.WriteString("role", role.Role);
        json.WriteNumber("weight", role.Weight);
        json.WriteNumber("dominantShare", role.DominantShare);
        json.WriteNumber("waiting", role.Waiting);
        Write(json, "held", role.Held);
        Write(json, "consumed", role.Consumed);
        Write(json, "reserved", role.Reserved);
        Write(json, "guarantee", role.Quota.Guarantees);
        json.WritePropertyName("limit");
        JsonSerializer.Serialize(json, role.Quota.Limits);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, WaitingDemand waiting)
    {
        json.WriteStartObject();
        json.WriteString("demand", waiting.Demand.Id);
        json.WriteString("owner", waiting.Demand.Owner);
        json.WriteString("role", waiting.Demand.Role);
        json.WriteNumber("priority", waiting.Demand.Priority);
        json.WriteNumber("tasks", waiting.Demand.Count);
        json.WriteString("since", waiting.Since.UtcDateTime);
        if (waiting.Explanation is { } explanation)
        {
            json.WriteBoolean("impossible", explanation.Impossible);
            json.WriteStartArray("reasons");
            foreach (var rejection in explanation.Rejections)
            {
                json.WriteStartObject();
                json.WriteString("reason", rejection.Reason.ToString());
                json.WriteString("subject", rejection.Subject);
                json.WriteNumber("agents", rejection.Agents);
                json.WriteNumber("missing", rejection.Missing);
                json.WriteString("text", rejection.ToString());
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ResourceQuantities quantities)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, quantities);
    }
}
