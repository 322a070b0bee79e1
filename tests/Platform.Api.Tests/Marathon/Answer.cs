using System.Net;
using System.Text.Json;

namespace Platform.Api.Tests.Marathon;

/// <summary>An answer of the API.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public string Message => Json.GetProperty("message").GetString()!;

    /// <summary>The problems as "path: error".</summary>
    public IReadOnlyList<string> Problems =>
        [.. Json.GetProperty("details").EnumerateArray().SelectMany(d => d.GetProperty("errors").EnumerateArray().Select(e => $"{d.GetProperty("path").GetString()}: {e.GetString()}"))];
}
