using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Api.Security.Oidc;

namespace Platform.Api.Acs;

/// <summary>Identities and rights: <c>/acs/api/v1</c> as DC/OS had it, and <c>/api/session</c> and <c>/api/tokens</c> for what it did not have.</summary>
public static class AcsEndpoints
{
    /// <summary>Adds the endpoints. Needs <see cref="AccessHosting.AddLogin"/>.</summary>
    public static IEndpointRouteBuilder MapAcs(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var api = new AcsApi(
            services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<SecurityFeed>(), services.GetRequiredService<PasswordCheck>(),
            services.GetService<TimeProvider>() ?? TimeProvider.System);
        var routes = new ApiRouter(services.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Acs"));
        AuthEndpoints.Map(routes, api, services.GetService<OidcLogin>()?.Provider.Settings);
        UserEndpoints.Map(routes, api);
        GroupEndpoints.Map(routes, api);
        AccessListEndpoints.Map(routes, api);
        TokenEndpoints.Map(routes, api);
        AuditEndpoints.Map(routes, services.GetRequiredService<IGrainFactory>());
        DcosEndpoints.Map(endpoints, routes, api);
        endpoints.MapRoutes("/acs/api/v1/{**path}", routes);
        endpoints.MapRoutes("/.well-known/{document}", routes);
        endpoints.MapRoutes("/api/audit", routes);
        endpoints.MapRoutes("/api/session", routes);
        endpoints.MapRoutes("/api/session/{**path}", routes);
        endpoints.MapRoutes("/api/tokens", routes);
        endpoints.MapRoutes("/api/tokens/{id}", routes);
        LoginPage.Map(endpoints);
        OidcEndpoints.Map(endpoints, routes, api, services.GetService<OidcLogin>());
        foreach (var path in DcosEndpoints.Paths)
            endpoints.MapRoutes(path, routes);
        return endpoints;
    }
}
