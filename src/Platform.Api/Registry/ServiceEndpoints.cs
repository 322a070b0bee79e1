using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Registry;
using Platform.Core.Registry;
using Platform.Core.Security;

namespace Platform.Api.Registry;

/// <summary><c>/api/services</c>: services and their endpoints, following them, and registrations from outside.</summary>
public static class ServiceEndpoints
{
    /// <summary>The header with the number after which a reader waits.</summary>
    private const string IndexHeader = "X-Index";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapServices(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.MapGroup("/api/services");
        services.MapGet("", ListAsync).Needs(Right.Filtered);
        services.MapGet("{name}", ShowAsync).Needs(Right.Filtered);
        services.MapGet("{name}/instances", RegistrationsAsync).Needs(Right.Filtered);
        services.MapPut("{name}/instances/{id}", RegisterAsync).Needs(Right.OnOperations(AccessAction.Update, "networking"));
        services.MapPut("{name}/instances/{id}/heartbeat", HeartbeatAsync).Needs(Right.OnOperations(AccessAction.Update, "networking") with { IsRoutine = true });
        services.MapDelete("{name}/instances/{id}", DeregisterAsync).Needs(Right.OnOperations(AccessAction.Update, "networking"));
        endpoints.MapGet("/api/endpoints", EndpointStream.SendAsync).Needs(Right.OnOperations(AccessAction.Read, "networking"));
        endpoints.MapPut("/api/endpoints/{balancer}/{mark}", EndpointStream.Acknowledge).Needs(Right.OnOperations(AccessAction.Read, "networking") with { IsRoutine = true });
        endpoints.MapPut("/api/endpoints/{balancer}/free", EndpointStream.ReleaseAsync).Needs(Right.OnOperations(AccessAction.Read, "networking") with { IsRoutine = true });
        endpoints.MapGet("/api/agents/endpoints", EndpointStream.SendToAgentAsync).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession));
        endpoints.MapPut("/api/agents/endpoints/{balancer}/{mark}", EndpointStream.Acknowledge).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession) with { IsRoutine = true });
        endpoints.MapPut("/api/agents/endpoints/{balancer}/free", EndpointStream.ReleaseAsync).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession) with { IsRoutine = true });
        endpoints.MapPut("/api/agents/endpoints/{service}/wake", WakeAsync).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession));
        endpoints.MapGet("/api/dns/{name}", LookUp).Needs(Right.Filtered);
        return endpoints;
    }

    private static async Task<IResult> WakeAsync(ServiceDirectory directory, AppWaker waker, string service, CancellationToken cancellationToken) =>
        await waker.WakeServiceAsync(directory, service, cancellationToken)
            ? Results.NoContent()
            : ErrorAnswer.NotFound($"Service '{service}' has nothing that sleeps and is woken; the label INGRESS_0_WAKE of an app says that it is");

    private static JsonAnswer LookUp(ServiceZone zone, string name)
    {
        var lower = name.ToLowerInvariant();
        if (System.Net.IPAddress.TryParse(name, out var address))
            lower = ReverseNames.Of(address);
        var answer = zone.Find(lower.EndsWith('.') ? lower : lower + ".");
        return new(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("records");
            foreach (var record in answer.Records.Concat(answer.Additional))
            {
                json.WriteStartObject();
                json.WriteString("name", record.Name);
                json.WriteString("type", record.TypeName);
                json.WriteString("data", record.Data);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task ListAsync(HttpContext http, ServiceDirectory directory, ServiceWatch watch, IHostApplicationLifetime lifetime, string? prefix, long? index, double? wait)
    {
        if (WantsEvents(http))
        {
            await StreamAsync(http, directory, watch, lifetime, null);
            return;
        }
        if (index is { } after)
            await watch.WaitAsync(null, after, Wait(wait), http.RequestAborted);
        var at = directory.Index;
        var page = directory.List(prefix ?? "");
        http.Response.Headers[IndexHeader] = $"{at}";
        await http.Response.WriteAsJsonAsync(new ServiceListView(at, [.. page.Select(ServiceSummaryView.Of)]), ServiceJson.Default.ServiceListView, cancellationToken: http.RequestAborted);
    }

    private static async Task ShowAsync(
        HttpContext http, ServiceDirectory directory, ServiceZone zone, ServiceWatch watch, IHostApplicationLifetime lifetime, string name, long? index, double? wait)
    {
        if (WantsEvents(http))
        {
            await StreamAsync(http, directory, watch, lifetime, name);
            return;
        }
        if (index is { } after)
            await watch.WaitAsync(name, after, Wait(wait), http.RequestAborted);
        var at = directory.ChangedAt(name);
        var service = directory.Find(name);
        // Who follows a service sees it go; who asks for one that never was is told so.
        if (service is null && index is null)
        {
            await ErrorAnswer.NotFound($"Service '{name}' has no endpoints; '/api/services' lists those that have").ExecuteAsync(http);
            return;
        }
        var view = ServiceView.Of(name, service, at, zone);
        http.Response.Headers[IndexHeader] = $"{view.Index}";
        await http.Response.WriteAsJsonAsync(view, ServiceJson.Default.ServiceView, cancellationToken: http.RequestAborted);
    }

    private static async Task<IResult> RegistrationsAsync(IGrainFactory grains, string name)
    {
        if (ServiceNames.Problem(name) is { } problem)
            return ErrorAnswer.Invalid("/name", problem);
        var registrations = await grains.GetGrain<IServiceGrain>(name).GetRegistrationsAsync();
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("instances");
            foreach (var registration in registrations)
                RegistrationBody.Write(json, registration);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> RegisterAsync(HttpContext http, IGrainFactory grains, string name, string id)
    {
        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException failure)
        {
            return ErrorAnswer.BadRequest("Invalid JSON") with { Detail = failure.Message };
        }
        using (body)
        {
            var problems = new JsonProblems();
            if (ServiceNames.Problem(name) is { } problem)
                problems.Rule("/service", problem);
            var registration = RegistrationBody.Read(body.RootElement, id, problems);
            if (problems.Items.Count > 0 || registration is null)
                return ErrorAnswer.Invalid(problems);
            await grains.GetGrain<IServiceGrain>(name).RegisterAsync(registration);
            return new JsonAnswer(json => RegistrationBody.Write(json, registration));
        }
    }

    private static async Task<IResult> HeartbeatAsync(IGrainFactory grains, string name, string id) =>
        ServiceNames.Problem(name) is null && await grains.GetGrain<IServiceGrain>(name).HeartbeatAsync(id)
            ? Results.NoContent()
            : ErrorAnswer.NotFound($"Service '{name}' has no instance '{id}'; register it with PUT /api/services/{name}/instances/{id}");

    private static async Task<IResult> DeregisterAsync(IGrainFactory grains, string name, string id) =>
        ServiceNames.Problem(name) is null && await grains.GetGrain<IServiceGrain>(name).DeregisterAsync(id)
            ? Results.NoContent()
            : ErrorAnswer.NotFound($"Service '{name}' has no instance '{id}' that was registered from outside");

    private static bool WantsEvents(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    private static TimeSpan Wait(double? seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds ?? 30, 0, LongestWait.TotalSeconds));

    /// <summary>First <c>snapshot</c> events with whole services, then <c>change</c> events; a reader that was too slow gets snapshots again.</summary>
    private static async Task StreamAsync(HttpContext http, ServiceDirectory directory, ServiceWatch watch, IHostApplicationLifetime lifetime, string? name)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        using var subscription = watch.Subscribe(name);
        try
        {
            await SnapshotAsync(http, directory, name, end.Token);
            while (true)
            {
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                quiet.CancelAfter(KeepAlive);
                try
                {
                    await subscription.WaitAsync(quiet.Token);
                }
                catch (OperationCanceledException) when (!end.IsCancellationRequested)
                {
                    await http.Response.WriteAsync(": still here\n\n", end.Token);
                    await http.Response.Body.FlushAsync(end.Token);
                    continue;
                }
                while (subscription.HasMissed)
                {
                    subscription.Restart();
                    await SnapshotAsync(http, directory, name, end.Token);
                }
                while (subscription.TryRead(out var change))
                {
                    var view = new ServiceChangeView(change.Service, [.. change.Set.Select(EndpointView.Of)], [.. change.Removed]);
                    await WriteAsync(http, "change", directory.ChangedAt(change.Service), JsonSerializer.Serialize(view, ServiceJson.Default.ServiceChangeView), end.Token);
                }
                if (subscription.HasMissed)
                    continue;
                await http.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the process ends.
        }
    }

    private static async Task SnapshotAsync(HttpContext http, ServiceDirectory directory, string? name, CancellationToken cancellation)
    {
        var services = name is null ? directory.List() : directory.Find(name) is { } one ? [one] : [new(name, directory.ChangedAt(name), default)];
        for (var i = 0; i < services.Count; i++)
        {
            var service = services[i];
            var view = new ServiceChangeView(service.Name, [.. service.Endpoints.Select(EndpointView.Of)], []);
            await WriteAsync(http, "snapshot", service.Index, JsonSerializer.Serialize(view, ServiceJson.Default.ServiceChangeView), cancellation);
        }
        await http.Response.Body.FlushAsync(cancellation);
    }

    private static Task WriteAsync(HttpContext http, string type, long index, string data, CancellationToken cancellation) =>
        http.Response.WriteAsync($"event: {type}\nid: {index}\ndata: {data}\n\n", cancellation);
}
