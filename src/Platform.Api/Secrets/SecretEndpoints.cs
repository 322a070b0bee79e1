using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Secrets;
using Platform.Core.Security;

namespace Platform.Api.Secrets;

/// <summary><c>/api/secrets</c>, and <c>/secrets/v1</c> in the shape of DC/OS: names can be listed, values be written, and read by tasks alone.</summary>
public static class SecretEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapSecrets(this IEndpointRouteBuilder endpoints)
    {
        var grains = endpoints.ServiceProvider.GetRequiredService<IGrainFactory>();
        var routes = new ApiRouter(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Secrets"));
        routes.Get("/api/secrets", request => ListAsync(grains, request)).Needs(Right.Filtered);
        routes.Get("/api/secrets/{path+}", request => ShowAsync(grains, request)).Needs(Right.OnSecret(AccessAction.Read));
        routes.Put("/api/secrets/{path+}", request => PutAsync(grains, request)).Needs(Right.OnSecret(AccessAction.Create, AccessAction.Update));
        routes.Delete("/api/secrets/{path+}", request => DeleteAsync(grains, request)).Needs(Right.OnSecret(AccessAction.Delete));
        endpoints.MapRoutes("/api/secrets", routes);
        endpoints.MapRoutes("/api/secrets/{**path}", routes);
        DcosSecretEndpoints.Map(routes, grains);
        endpoints.MapRoutes("/secrets/v1/{**path}", routes);
        return endpoints;
    }

    private static async Task<IResult> ListAsync(IGrainFactory grains, ApiRequest request)
    {
        var paths = (await grains.GetGrain<ISecretGrain>(0).ListAsync(request.Query["prefix"].ToString()))
            .Where(path => request.Access.Allows(AccessAction.Read, ResourceId.SecretList(path))).ToList();
        var uses = request.Query["uses"] == "true" ? await SecretUsers.FindAsync(grains, request.Access, paths) : null;
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("secrets");
            foreach (var path in paths)
                json.WriteStringValue(path);
            json.WriteEndArray();
            uses?.Invoke(json);
            json.WriteEndObject();
        });
    }

    /// <summary>The value, for a task that shows its token; nobody else sees it.</summary>
    internal static async Task<IResult> ShowAsync(IGrainFactory grains, ApiRequest request)
    {
        if (request.Access.Who.Kind != IdentityKind.Task)
            return new ErrorAnswer(StatusCodes.Status403Forbidden, "The values of secrets cannot be read, only be used by tasks.");
        var path = request.Value("path");
        if ((await grains.GetGrain<ISecretGrain>(0).ResolveAsync([path])).Find(path) is not { } value)
            return ErrorAnswer.NotFound($"There is no secret {path}");
        request.Http.Response.Headers.CacheControl = "no-store";
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteString("value", value.Value);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PutAsync(IGrainFactory grains, ApiRequest request)
    {
        var value = await SecretBody.ReadAsync(request);
        var problem = await grains.GetGrain<ISecretGrain>(0).PutAsync(request.Value("path"), value);
        return problem is null ? Results.NoContent() : new ErrorAnswer(StatusCodes.Status422UnprocessableEntity, problem);
    }

    private static async Task<IResult> DeleteAsync(IGrainFactory grains, ApiRequest request) =>
        await grains.GetGrain<ISecretGrain>(0).DeleteAsync(request.Value("path"))
            ? Results.NoContent()
            : ErrorAnswer.NotFound($"There is no secret {request.Value("path")}");
}
