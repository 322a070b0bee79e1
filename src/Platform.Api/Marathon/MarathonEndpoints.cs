using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Api.Http;
using Platform.Api.Logging;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Deployments;
using Platform.Api.Marathon.Events;
using Platform.Api.Marathon.Groups;
using Platform.Api.Marathon.Pods;
using Platform.Api.Marathon.Server;
using Platform.Api.Marathon.Tasks;
using Platform.Api.Security;

namespace Platform.Api.Marathon;

/// <summary>Marathon's REST API over the grains.</summary>
public static class MarathonEndpoints
{
    /// <summary>Where the API is reachable besides the root, as DC/OS's router had it.</summary>
    private static readonly string[] Prefixes = ["", "/marathon", "/service/marathon"];

    /// <summary>Paths outside <c>/v2</c>.</summary>
    private static readonly string[] SystemPaths = ["/ping", "/health", "/metrics", "/metrics/prometheus", "/logging", "/config", "/help"];

    /// <summary>Adds the API at <c>/v2</c>, <c>/ping</c> and the like, and below <c>/marathon</c> and <c>/service/marathon</c>. Needs an <see cref="IGrainFactory"/>; settings are <see cref="MarathonOptions"/>.</summary>
    public static IEndpointRouteBuilder MapMarathon(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var api = new MarathonApi(
            services.GetRequiredService<IGrainFactory>(),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<IOptions<MarathonOptions>>()?.Value ?? new());
        var routes = new ApiRouter(services.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Marathon"));
        // The first route that matches is taken: longer paths come before the ids that would swallow them.
        AppVersionsEndpoints.Map(routes, api);
        AppTasksEndpoints.Map(routes, api);
        FailuresEndpoints.Map(routes, api);
        PendingEndpoints.Map(routes, api);
        RolloutEndpoints.Map(routes, api);
        AppsEndpoints.Map(routes, api);
        GroupsEndpoints.Map(routes, api);
        PodsEndpoints.Map(routes, api);
        TasksEndpoints.Map(routes, api);
        DeploymentsEndpoints.Map(routes, api);
        EventsEndpoints.Map(routes, api);
        InfoEndpoints.Map(routes, api);
        PingEndpoints.Map(routes, api);
        MetricsEndpoints.Map(routes, api, services.GetService<IExposition>());
        LoggingEndpoints.Map(routes, api, services.GetService<LogLevels>());

        foreach (var prefix in Prefixes)
        {
            RequestDelegate answer = http =>
            {
                AddHeaders(http, api.Options);
                return routes.InvokeAsync(http, http.Request.Path.Value![prefix.Length..]);
            };
            endpoints.MapRoutes(prefix + "/v2/{**path}", routes, answer);
            foreach (var path in SystemPaths)
                endpoints.MapRoutes(prefix + path, routes, answer);
        }
        return endpoints;
    }

    /// <summary>The headers that each of Marathon's answers has: who leads, and that no browser may show it in a frame.</summary>
    private static void AddHeaders(HttpContext http, MarathonOptions options)
    {
        var headers = http.Response.Headers;
        headers["X-Marathon-Leader"] = $"{http.Request.Scheme}://{LeaderAddress.Of(http, options)}";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "1; mode=block";
    }
}
