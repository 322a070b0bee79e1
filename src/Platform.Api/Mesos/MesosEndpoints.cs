using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Api.Mesos.Operator;
using Platform.Api.Mesos.Operator.Feed;
using Platform.Api.Mesos.Protocol;
using Platform.Api.Mesos.Scheduler;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Mesos;

/// <summary>The API of a Mesos master: schedulers, operators, and the tools that read <c>/master/state</c>.</summary>
public static class MesosEndpoints
{
    /// <summary>Where the API is reachable: as a master has it, and as DC/OS' router had it.</summary>
    private static readonly string[] Prefixes = ["", "/master", "/mesos", "/mesos/master"];

    /// <summary>Adds what the API needs. <see cref="MapMesos"/> adds its routes.</summary>
    public static IServiceCollection AddMesos(this IServiceCollection services, Action<MesosOptions>? configure = null)
    {
        services.AddOptions<MesosOptions>().Configure(options => configure?.Invoke(options));
        services.AddSingleton<MasterIdentity>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<MesosOptions>>().Value);
        services.AddSingleton<PictureReader>();
        services.AddSingleton<StateEndpoints>();
        services.AddSingleton<MetricsSnapshot>();
        services.AddSingleton<SchedulerEndpoint>();
        services.AddSingleton<OperatorMaintenance>();
        services.AddSingleton<OperatorQueries>();
        services.AddSingleton<OperatorChanges>();
        services.AddSingleton<OperatorForms>();
        services.AddSingleton<ClusterFeed>();
        services.AddSingleton<OperatorEndpoint>();
        return services;
    }

    /// <summary>Adds the API at <c>/api/v1</c> and <c>/master</c>, at the root, and below <c>/mesos</c>. Needs an <see cref="IGrainFactory"/>.</summary>
    public static IEndpointRouteBuilder MapMesos(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var state = services.GetRequiredService<StateEndpoints>();
        var forms = services.GetRequiredService<OperatorForms>();
        var maintenance = services.GetRequiredService<OperatorMaintenance>();
        var snapshot = services.GetRequiredService<MetricsSnapshot>();
        var scheduler = services.GetRequiredService<SchedulerEndpoint>();
        var operators = services.GetRequiredService<OperatorEndpoint>();
        var (read, config, metrics) = (
            Right.OnOperations(AccessAction.Read, "mesos"), Right.On(AccessAction.Read, ResourceId.Administration("config")), Right.OnOperations(AccessAction.Read, "system-metrics"));
        foreach (var prefix in Prefixes)
        {
            var group = endpoints.MapGroup(prefix);
            group.Map("/api/v1", operators.ServeAsync).Needs(Right.OfBody);
            group.Map("/api/v1/scheduler", scheduler.ServeAsync).Needs(Right.OfFramework);

            Read(group, read, "/state", state.StateAsync);
            Read(group, read, "/state.json", state.StateAsync);
            Read(group, Right.Filtered, "/state-summary", state.SummaryAsync);
            Read(group, read, "/slaves", state.AgentsAsync);
            Read(group, read, "/frameworks", state.FrameworksAsync);
            Read(group, read, "/tasks", state.TasksAsync);
            Read(group, read, "/tasks.json", state.TasksAsync);
            Read(group, read, "/roles", state.RolesAsync);
            Read(group, read, "/roles.json", state.RolesAsync);
            Read(group, config, "/flags", state.FlagsAsync);
            Read(group, Right.Open, "/version", state.VersionAsync);
            Read(group, Right.Open, "/redirect", StateEndpoints.RedirectAsync);
            Read(group, metrics, "/metrics/snapshot", snapshot.ServeAsync);
            // At the root it is another surface's, which answers alike.
            if (prefix.Length > 0)
                Read(group, Right.Open, "/health", _ => Task.CompletedTask);

            Serve(group, Right.OfBody, "/weights", ["GET", "PUT"], forms.WeightsAsync);
            Serve(group, Right.OfBody, "/quota", ["GET", "POST", "DELETE"], http => forms.QuotaAsync(http, null));
            Serve(group, Right.OfBody, "/quota/{**role}", ["DELETE"], http => forms.QuotaAsync(http, http.GetRouteValue("role") as string));
            Serve(group, Right.OfBody, "/maintenance/schedule", ["GET", "HEAD", "POST"], maintenance.ServeScheduleAsync);
            Read(group, read, "/maintenance/status", maintenance.ServeStatusAsync);
            Serve(group, Right.OfBody, "/machine/down", ["POST"], maintenance.ServeDownAsync);
            Serve(group, Right.OfBody, "/machine/up", ["POST"], maintenance.ServeUpAsync);
            Serve(group, Right.OfBody, "/teardown", ["POST"], forms.TeardownAsync);
            Serve(group, Right.OfBody, "/reserve", ["POST"], forms.ReserveAsync);
            Serve(group, Right.OfBody, "/unreserve", ["POST"], forms.UnreserveAsync);
            Serve(group, Right.OfBody, "/create-volumes", ["POST"], forms.CreateVolumesAsync);
            Serve(group, Right.OfBody, "/destroy-volumes", ["POST"], forms.DestroyVolumesAsync);
        }
        return endpoints;
    }

    private static void Read(RouteGroupBuilder group, EndpointRight right, string path, RequestDelegate serve) => Serve(group, right, path, ["GET", "HEAD"], serve);

    // Other methods are refused in Mesos' words.
    private static void Serve(RouteGroupBuilder group, EndpointRight right, string path, string[] methods, RequestDelegate serve) => group.Map(path, async http =>
    {
        try
        {
            if (!methods.Contains(http.Request.Method, StringComparer.OrdinalIgnoreCase))
                throw MesosRefusal.MethodNotAllowed(http.Request.Method, methods);
            await serve(http);
        }
        catch (MesosRefusal refusal)
        {
            await refusal.WriteAsync(http);
        }
    }).Needs(right);
}
