using System.CommandLine;
using Platform.Client;

namespace Platform.Cli.Commands;

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

    /// <summary>The environment variable that stands in for <c>--ca</c>.</summary>
    internal const string AuthorityVariable = "PLATFORM_CA";

    internal static readonly Option<string?> Authority = new("--ca")
    {
        Description = $"The certificate authority of the control plane, for https addresses: a file with its certificate (PEM), or its fingerprint, which the control plane prints. Default: ${AuthorityVariable}, the one that 'login' was given, or those that the system trusts.",
        HelpName = "FILE|FINGERPRINT",
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

    /// <summary>The authority that the command line or the environment names; null: neither does.</summary>
    internal static string? AuthorityOf(ParseResult result) =>
        result.GetValue(Authority) is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable(AuthorityVariable) is { Length: > 0 } variable ? variable : null;

    /// <summary>Whom to take for a control plane: who is named, or else who was named when its user logged in; null: whom the system trusts.</summary>
    /// <exception cref="CommandException">What is named is nothing.</exception>
    internal static ClusterTrust? TrustOf(ParseResult result, Uri url)
    {
        if (AuthorityOf(result) is not { } named)
            return url.Scheme == "https" && Logins.FindAuthority(url) is { } known ? ClusterTrust.OfAuthorities(known) : null;
        return ClusterTrust.TryParse(named, out var trust, out var problem) ? trust : throw new CommandException(ExitCodes.Usage, "--ca: " + problem);
    }

    private static Uri? ParseUrl(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" ? url : null;
}
