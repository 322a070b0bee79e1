using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Ownership;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Agents;

/// <summary>Where agents dial in.</summary>
public static class AgentSessionEndpoint
{
    /// <summary>Serves the sessions of agents. The host must use WebSockets.</summary>
    public static IEndpointConventionBuilder MapAgentSessions(this IEndpointRouteBuilder endpoints) =>
        endpoints.Map(AgentSessionJson.EndpointPath, ServeAsync).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession));

    private static async Task ServeAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "websocket";
            await http.Response.WriteAsync("Agents connect here with a WebSocket.");
            return;
        }
        var services = http.RequestServices;
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var grains = services.GetRequiredService<IGrainFactory>();
        var issuer = new WorkloadIssuer(grains, services.GetRequiredService<TaskOwnerKinds>(), services.GetRequiredService<TimeProvider>());
        var gate = new AgentGate(http.Access(), services.GetService<SecurityFeed>(), grains, services.GetService<ICertificateAuthority>(), services.GetService<AgentCertificateSettings>(), services.GetRequiredService<TimeProvider>());
        using var connection = new AgentConnection(socket, grains, issuer, gate, services.GetRequiredService<ILoggerFactory>().CreateLogger<AgentConnection>());
        await connection.RunAsync(services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }
}
