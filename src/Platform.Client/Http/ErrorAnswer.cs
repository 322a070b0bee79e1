using System.Net;
using System.Text.Json;

namespace Platform.Client.Http;

/// <summary>Reads what Marathon's API says when it refuses: <c>message</c>, <c>details</c> and <c>deployments</c>.</summary>
internal static class ErrorAnswer
{
    internal static async Task<PlatformException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        var message = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
            message = "the request is larger than the control plane takes (16 MB); send fewer definitions at a time";
        List<Problem> problems = [];
        List<string> deployments = [];
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root)
            {
                if (root.TryGetProperty("message", out var said) && said.ValueKind == JsonValueKind.String)
                    message = said.GetString()!;
                if (root.TryGetProperty("details", out var details))
                    AddProblems(problems, details);
                if (root.TryGetProperty("deployments", out var running) && running.ValueKind == JsonValueKind.Array)
                    deployments.AddRange(running.EnumerateArray().Select(IdOf).OfType<string>());
            }
        }
        catch (JsonException)
        {
            if (text.Length is > 0 and < 500)
                message += ": " + text.Trim();
        }

        return new PlatformException(KindOf(response.StatusCode), message)
        {
            StatusCode = response.StatusCode,
            Problems = problems,
            Deployments = deployments,
        };
    }

    private static PlatformError KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => PlatformError.Invalid,
        HttpStatusCode.Unauthorized => PlatformError.LoginNeeded,
        HttpStatusCode.Forbidden => PlatformError.Forbidden,
        HttpStatusCode.NotFound => PlatformError.NotFound,
        HttpStatusCode.Conflict => PlatformError.Conflict,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => PlatformError.Unavailable,
        _ => PlatformError.Refused,
    };

    private static void AddProblems(List<Problem> problems, JsonElement details)
    {
        if (details.ValueKind == JsonValueKind.String)
        {
            problems.Add(new Problem("/", details.GetString()!));
            return;
        }

        if (details.ValueKind != JsonValueKind.Array)
            return;
        foreach (var detail in details.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object))
        {
            var path = detail.TryGetProperty("path", out var where) ? where.ToString() : "/";
            if (detail.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
                problems.AddRange(errors.EnumerateArray().Select(e => new Problem(path, e.ToString())));
        }
    }

    private static string? IdOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("id", out var id) ? id.GetString()
        : element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
