using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Platform.Api.Http;
using Platform.Api.Security;

namespace Platform.Api.Marathon.Server;

/// <summary><c>/ping</c>, <c>/health</c> and <c>/help</c>.</summary>
internal sealed class PingEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var ping = new PingEndpoints(api);
        routes.Get("/ping", request => Task.FromResult(Ping(request))).Needs(Right.Open);
        routes.Get("/health", ping.HealthAsync).Needs(Right.Open);
        routes.Get("/help", _ => Task.FromResult(Results.Text(
            "The API is Marathon's: https://mesosphere.github.io/marathon/docs/rest-api.html\nWhat is the same, more and different: docs/marathon.md\n", MediaTypeNames.Text.Plain))).Needs(Right.Open);
    }

    /// <summary>Pong in the first of text, HTML and JSON that the client likes best; nothing if it takes none of them.</summary>
    private static IResult Ping(ApiRequest request)
    {
        var accept = request.Http.Request.GetTypedHeaders().Accept;
        if (accept.Count == 0)
            return Results.Text("pong", MediaTypeNames.Text.Plain);
        foreach (var wanted in accept.OrderByDescending(a => a.Quality ?? 1))
        {
            if (Accepts(wanted, MediaTypeNames.Text.Plain))
                return Results.Text("pong", MediaTypeNames.Text.Plain);
            if (Accepts(wanted, MediaTypeNames.Text.Html))
                return Results.Text("pong", MediaTypeNames.Text.Html);
            if (Accepts(wanted, MediaTypeNames.Application.Json))
                return Results.Text("\"pong\"", MediaTypeNames.Application.Json);
        }
        return Results.NoContent();
    }

    private static bool Accepts(MediaTypeHeaderValue wanted, string type) => wanted.Quality != 0 && new MediaTypeHeaderValue(type).IsSubsetOf(wanted);

    /// <summary>The gate of all changes answers.</summary>
    private async Task<IResult> HealthAsync(ApiRequest request)
    {
        await api.Reader.Groups.GetDeploymentsAsync();
        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("healthy", true);
            writer.WriteEndObject();
        });
    }
}
