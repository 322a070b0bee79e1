using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Platform.Api.Native;

/// <summary>The product's own API, for what Marathon's does not have. Everything is below <c>/api</c>, but <c>/ready</c>.</summary>
public static class NativeEndpoints
{
    /// <summary>Adds the API. Needs an <see cref="IGrainFactory"/>.</summary>
    public static IEndpointRouteBuilder MapNativeApi(this IEndpointRouteBuilder endpoints)
    {
        var agents = endpoints.MapGroup("/api/agents");
        AgentEndpoints.Map(agents);
        SandboxEndpoints.Map(agents);
        ExecEndpoint.Map(agents, "{id}/tasks/{task}/exec");
        ReadinessEndpoint.Map(endpoints);
        AuthorityEndpoint.Map(endpoints);
        return endpoints;
    }

    /// <summary>Adds the WebSocket through which a command runs beside a task, for a surface of its own.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="pattern">Its address, with <c>{id}</c> for the agent and <c>{task}</c>.</param>
    public static void MapExec(this IEndpointRouteBuilder endpoints, string pattern) => ExecEndpoint.Map(endpoints, pattern);

    /// <summary>An error in the shape of Marathon's: <c>{"message": "..."}</c>.</summary>
    internal static Task RefuseAsync(this HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new NativeError(message), NativeJson.Default.NativeError, cancellationToken: http.RequestAborted);
    }
}
