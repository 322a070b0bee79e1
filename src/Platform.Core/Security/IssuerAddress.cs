namespace Platform.Core.Security;

/// <summary>The address that tokens of tasks name as their issuer, for those who check tokens and ask there for the keys.</summary>
public static class IssuerAddress
{
    /// <summary>What follows after the issuer in the address of its description (OpenID Connect Discovery 1.0, section 4).</summary>
    public const string ConfigurationPath = "/.well-known/openid-configuration";

    /// <summary>What follows after it in the address of the keys.</summary>
    public const string KeysPath = "/.well-known/jwks.json";

    /// <summary>Reads an address: https, with neither user, query nor fragment (OpenID Connect Discovery 1.0, section 3). HTTP is for loopback alone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="issuer">As tokens name it: without a slash at the end. Empty: it is none.</param>
    /// <param name="problem">What it lacks; empty: nothing.</param>
    public static bool TryParse(string text, out string issuer, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        issuer = "";
        problem = !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.Host.Length == 0
            ? "it is no address that begins with https://"
            : address.Scheme == "http" && !address.IsLoopback ? "it begins with http://: whoever checks tokens would believe whoever answers there; https:// is needed beyond loopback"
            : address.UserInfo.Length > 0 ? "it names a user: leave that out"
            : text.AsSpan().IndexOfAny("?#") >= 0 ? "it has a query or a fragment: leave those out"
            : text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) ? "it has a space in it"
            : "";
        if (problem.Length > 0)
            return false;
        // As it was written: those who check tokens compare texts.
        issuer = text.TrimEnd('/');
        return true;
    }
}
