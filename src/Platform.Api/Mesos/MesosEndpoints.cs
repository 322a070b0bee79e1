using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Api.Logging;
using Platform.Api.Mesos.Agents;
using Platform.Api.Mesos.Drivers;
using Platform.Api.Mesos.Operator;
using Platform.Api.Mesos.Operator.Feed;
using Platform.Api.Mesos.Scheduler;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Core.Security;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos;

/// <summary>The API of a Mesos master: schedulers, operators, and the tools that read <c>/master/state</c>.</summary>
public static class MesosEndpoints
{
    /// <summary>Where the API is reachable: as a master has it, and as DC/OS' router had it.</summary>
    private static readonly string[] Prefixes = ["", "/master", "/mesos", "/mesos/master"];

    /// <summary>Where an agent is reachable through the control plane: by its id, with and without the name of its process, also as DC/OS' router had it.</summary>
    private static readonly string[] AgentPrefixes = ["/agent/{agent}", "/agent/{agent}/slave(1)", "/slave/{agent}", "/slave/{agent}/slave(1)"];

    /// <summary>A path that is no endpoint is that of the endpoint above it, as Mesos routes: clients call the operator API at <c>/api/v1/operator</c> too.</summary>
    private const string Below = "/api/v1/{**rest}";

    /// <summary>Adds what the API needs. <see cref="MapMesos"/> adds its routes.</summary>
    public static IServiceCollection AddMesos(this IServiceCollection services, Action<MesosOptions>? configure = null)
    {
        services.AddOptions<MesosOptions>().Configure(options => configure?.Invoke(options));
        services.AddLogLevels();
        services.AddSingleton<MesosLogging>();
        services.AddSingleton<MasterIdentity>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<MesosOptions>>().Value);
        services.AddSingleton<PictureReader>();
        services.AddSingleton<StateEndpoints>();
        services.AddSingleton<MetricsSnapshot>();
        services.AddSingleton<CallCounts>();
        services.AddSingleton<SchedulerEndpoint>();
        services.AddSingleton<DriverEndpoint>();
        services.AddSingleton<DriverConnections>();
        services.AddSingleton<FileEndpoints>();
        services.AddSingleton<TaskLogEndpoint>();
        services.AddSingleton<AgentEndpoints>();
        services.AddSingleton<AgentLoggingEndpoint>();
        services.AddSingleton<StandaloneContainers>();
        services.AddSingleton<AgentContainers>();
        services.AddSingleton<AgentOperatorEndpoint>();
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
        var files = services.GetRequiredService<FileEndpoints>();
        var snapshot = services.GetRequiredService<MetricsSnapshot>();
        var scheduler = services.GetRequiredService<SchedulerEndpoint>();
        var operators = services.GetRequiredService<OperatorEndpoint>();
        var (read, config, metrics) = (
            Right.OnOperations(AccessAction.Read, "mesos"), Right.On(AccessAction.Read, ResourceId.Administration("config")), Right.OnOperations(AccessAction.Read, "system-metrics"));
        foreach (var prefix in Prefixes)
        {
            var group = endpoints.MapGroup(prefix);
            group.Map("/api/v1", operators.ServeAsync).Needs(Right.OfBody);
            group.Map(Below, operators.ServeAsync).Needs(Right.OfBody);
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
            Read(group, Right.Open, "/redirect", state.RedirectAsync);
            Read(group, metrics, "/metrics/snapshot", snapshot.ServeAsync);
            // At the root it is another surface's, which answers alike.
            if (prefix.Length > 0)
                Read(group, Right.Open, "/health", _ => Task.CompletedTask);

            MapFiles(group, files);

            Serve(group, Right.OfBody, "/logging/toggle", ["GET", "HEAD"], forms.LoggingAsync);
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
        foreach (var prefix in AgentPrefixes)
            MapAgent(endpoints.MapGroup(prefix), services);
        // Where DC/OS' command line reads what containers use.
        var (metricsOfContainer, agents) = (endpoints.MapGroup("/system/v1/agent/{agent}/metrics/v0/containers/{container}"), services.GetRequiredService<AgentEndpoints>());
        Read(metricsOfContainer, Right.OnOperations(AccessAction.Read, "slave"), "", agents.ContainerMetricsAsync);
        Read(metricsOfContainer, Right.OnOperations(AccessAction.Read, "slave"), "/app", agents.AppMetricsAsync);
        // Where it reads logs. The right is that of the task.
        var logs = endpoints.MapGroup("/system/v1/logs/v2/task/{task}");
        Read(logs, Right.OfTask, "", services.GetRequiredService<TaskLogEndpoint>().ServeAsync);
        Read(logs, Right.OfTask, "/file/{**file}", services.GetRequiredService<TaskLogEndpoint>().ServeAsync);
        return endpoints;
    }

    private static void MapFiles(RouteGroupBuilder group, FileEndpoints files)
    {
        // The right is that of the task, whose sandbox the path names.
        Read(group, Right.OfTask, "/files/browse", files.BrowseAsync);
        Read(group, Right.OfTask, "/files/browse.json", files.BrowseAsync);
        Read(group, Right.OfTask, "/files/read", files.ReadAsync);
        Read(group, Right.OfTask, "/files/read.json", files.ReadAsync);
        Read(group, Right.OfTask, "/files/download", files.DownloadAsync);
        Read(group, Right.OfTask, "/files/download.json", files.DownloadAsync);
        Read(group, Right.OnOperations(AccessAction.Read, "slave"), "/files/debug", files.DebugAsync);
        Read(group, Right.OnOperations(AccessAction.Read, "slave"), "/files/debug.json", files.DebugAsync);
    }

    private static void MapAgent(RouteGroupBuilder group, IServiceProvider services)
    {
        var agents = services.GetRequiredService<AgentEndpoints>();
        var read = Right.OnOperations(AccessAction.Read, "slave");
        MapFiles(group, services.GetRequiredService<FileEndpoints>());
        group.Map("/api/v1", services.GetRequiredService<AgentOperatorEndpoint>().ServeAsync).Needs(Right.OfBody);
        group.Map(Below, services.GetRequiredService<AgentOperatorEndpoint>().ServeAsync).Needs(Right.OfBody);
        Serve(group, Right.OfBody, "/logging/toggle", ["GET", "HEAD"], services.GetRequiredService<AgentLoggingEndpoint>().ServeAsync);
        Read(group, read, "/state", agents.StateAsync);
        Read(group, read, "/state.json", agents.StateAsync);
        Read(group, read, "/containers", agents.ContainersAsync);
        Read(group, read, "/monitor/statistics", agents.StatisticsAsync);
        Read(group, read, "/monitor/statistics.json", agents.StatisticsAsync);
        Read(group, read, "/metrics/snapshot", agents.MetricsAsync);
        Read(group, Right.On(AccessAction.Read, ResourceId.Administration("config")), "/flags", agents.FlagsAsync);
        Read(group, read, "/health", agents.HealthAsync);
        Read(group, read, "/version", agents.VersionAsync);
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
