using System.CommandLine;
using Platform.Client;

namespace Platform.Host.Commands;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    /// <summary>The environment variable that stands in for <c>--url</c>.</summary>
    internal const string UrlVariable = "PLATFORM_URL";

    internal static readonly Option<string> Url = new("--url")
    {
        Description = $"The control plane's address. Default: ${UrlVariable}, or {PlatformClientOptions.DefaultUrl.OriginalString}.",
        HelpName = "URL",
        Recursive = true,
    };

    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "Answer with JSON, for programs.",
        Recursive = true,
    };

    static GlobalOptions()
    {
        Url.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ParseUrl(text) is null)
                result.AddError($"'{text}' is not an http or https address");
        });
    }

    /// <summary>The address that the command line, the environment or the default names; null: the environment's is not an address.</summary>
    internal static Uri? UrlOf(ParseResult result)
    {
        var text = result.GetValue(Url);
        if (string.IsNullOrEmpty(text))
            text = Environment.GetEnvironmentVariable(UrlVariable);
        return string.IsNullOrEmpty(text) ? PlatformClientOptions.DefaultUrl : ParseUrl(text);
    }

    private static Uri? ParseUrl(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" ? url : null;
}
