using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Security;

namespace Platform.Api.Http;

/// <summary>A request on its way through an <see cref="ApiRouter"/>.</summary>
internal sealed class ApiRequest(HttpContext http, IReadOnlyDictionary<string, string> values)
{
    public HttpContext Http { get; } = http;

    /// <summary>Who sent it.</summary>
    public Access Access => Http.Access();

    public IQueryCollection Query => Http.Request.Query;

    /// <summary>What the path has for a name of the route; several segments are joined by slashes.</summary>
    public string Value(string name) => values[name];

    /// <summary>The value as the absolute path of an app or group.</summary>
    public string PathValue(string name) => Core.Apps.AppPath.Canonical("/" + values[name]);

    /// <summary>The body.</summary>
    /// <exception cref="ApiException">It is no JSON, or too long.</exception>
    public Task<JsonDocument> ReadJsonAsync() => RequestJson.ReadAsync(Http.Request);
}
