using Docker.DotNet;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Why an image cannot be pulled, from the words of the engine and of the registry.</summary>
/// <param name="Kind">In a word or two.</param>
/// <param name="IsPassing">True if trying again may help.</param>
internal readonly record struct PullFailure(string Kind, bool IsPassing)
{
    // In this order: the words of a registry that hides what exists are "pull access denied, repository does not exist or may require".
    private static readonly (string Words, PullFailure Failure)[] Known =
    [
        ("no space left on device", new("no space on the agent's disk", true)),
        ("toomanyrequests", new("the registry's rate limit is reached", true)),
        ("too many requests", new("the registry's rate limit is reached", true)),
        ("manifest unknown", new("not found", false)),
        ("manifest for", new("not found", false)),
        ("repository does not exist", new("not found, or credentials are needed", false)),
        ("no basic auth credentials", new("unauthorized: credentials are needed", false)),
        ("unauthorized", new("unauthorized", false)),
        ("authentication required", new("unauthorized", false)),
        ("denied", new("access denied", false)),
        ("not found", new("not found", false)),
        ("invalid reference format", new("not a valid name of an image", false)),
        ("no matching manifest", new("not made for this machine's architecture", false)),
        ("timeout", new("timeout", true)),
        ("deadline exceeded", new("timeout", true)),
        ("connection refused", new("the registry does not answer", true)),
        ("no such host", new("the registry's name is not known", true)),
        ("connection reset", new("the connection to the registry broke", true)),
        ("eof", new("the connection to the registry broke", true)),
    ];

    /// <summary>Judges a failure. What is not known may pass.</summary>
    public static PullFailure Of(string message)
    {
        foreach (var (words, failure) in Known)
        {
            if (message.Contains(words, StringComparison.OrdinalIgnoreCase))
                return failure;
        }
        return new("failed", true);
    }

    /// <summary>The words of the engine, without what the library puts around them.</summary>
    public static string MessageOf(Exception exception)
    {
        if (exception is DockerApiException { ResponseBody: { Length: > 0 } body })
        {
            try
            {
                using var document = System.Text.Json.JsonDocument.Parse(body);
                if (document.RootElement.TryGetProperty("message", out var message) && message.GetString() is { } text)
                    return text;
            }
            catch (System.Text.Json.JsonException)
            {
                // Plain text, as of a proxy.
            }
            return body.Trim();
        }
        return (exception.InnerException ?? exception).Message;
    }
}
