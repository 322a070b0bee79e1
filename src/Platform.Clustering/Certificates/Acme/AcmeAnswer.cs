using System.Text.Json;

namespace Platform.Clustering.Certificates.Acme;

/// <summary>What an authority answered.</summary>
/// <param name="Text">The body.</param>
/// <param name="Location">What it is about; null: it has not said.</param>
/// <param name="RetryAfter">When to ask again; null: it has not said.</param>
internal sealed record AcmeAnswer(string Text, Uri? Location, TimeSpan? RetryAfter)
{
    private const int LongestText = 500;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="AcmeException">It is none.</exception>
    public JsonElement Json
    {
        get
        {
            try
            {
                return JsonElement.Parse(Text);
            }
            catch (JsonException failure)
            {
                throw new AcmeException($"its answer is no JSON: {failure.Message}");
            }
        }
    }

    /// <summary>How far what was asked for is (RFC 8555, 7.1.6).</summary>
    public string Status => Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String ? status.GetString()! : "";

    /// <summary>A problem (RFC 7807) with those that it is made of, for people; null: there is none.</summary>
    public static string? Describe(JsonElement problem)
    {
        if (problem.ValueKind != JsonValueKind.Object || !problem.TryGetProperty("detail", out var detail) || detail.ValueKind != JsonValueKind.String)
            return null;
        var texts = new List<string> { detail.GetString()! };
        if (problem.TryGetProperty("subproblems", out var parts) && parts.ValueKind == JsonValueKind.Array)
            texts.AddRange(parts.EnumerateArray().Select(Describe).OfType<string>());
        var text = new string([.. string.Join("; ", texts).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > LongestText ? text[..LongestText] : text;
    }
}
