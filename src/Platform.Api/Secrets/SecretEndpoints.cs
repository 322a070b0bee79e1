using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Http;
using Platform.Contracts.Secrets;
using Platform.Core.Tasks;

namespace Platform.Api.Secrets;

/// <summary><c>/api/secrets</c>: names can be listed, values only be written.</summary>
public static class SecretEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapSecrets(this IEndpointRouteBuilder endpoints)
    {
        var grains = endpoints.ServiceProvider.GetRequiredService<IGrainFactory>();
        var routes = new ApiRouter(endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Api.Secrets"));
        routes.Get("/api/secrets", request => ListAsync(grains, request));
        routes.Put("/api/secrets/{path+}", request => PutAsync(grains, request));
        routes.Delete("/api/secrets/{path+}", request => DeleteAsync(grains, request));
        RequestDelegate answer = http => routes.InvokeAsync(http, http.Request.Path.Value!);
        endpoints.Map("/api/secrets", answer);
        endpoints.Map("/api/secrets/{**path}", answer);
        return endpoints;
    }

    private static async Task<IResult> ListAsync(IGrainFactory grains, ApiRequest request)
    {
        var paths = await grains.GetGrain<ISecretGrain>(0).ListAsync(request.Query["prefix"].ToString());
        return new JsonAnswer(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("secrets");
            foreach (var path in paths)
                json.WriteStringValue(path);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> PutAsync(IGrainFactory grains, ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.String)
            return new ErrorAnswer(StatusCodes.Status422UnprocessableEntity, "The body must be an object with the text \"value\".");
        var problem = await grains.GetGrain<ISecretGrain>(0).PutAsync(request.Value("path"), new SecretText(value.GetString()!));
        return problem is null ? Results.NoContent() : new ErrorAnswer(StatusCodes.Status422UnprocessableEntity, problem);
    }

    private static async Task<IResult> DeleteAsync(IGrainFactory grains, ApiRequest request) =>
        await grains.GetGrain<ISecretGrain>(0).DeleteAsync(request.Value("path"))
            ? Results.NoContent()
            : ErrorAnswer.NotFound($"There is no secret {request.Value("path")}");
}
