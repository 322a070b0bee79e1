using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Client;

/// <summary>The fingerprint of a certificate authority: SHA-256 of its certificate, as <c>openssl x509 -fingerprint -sha256</c> tells it.</summary>
public static class AuthorityFingerprint
{
    private const string Prefix = "sha256:";
    private const int Digits = 64;

    /// <summary>That of a certificate: <c>sha256:</c> and 64 small hexadecimal digits.</summary>
    public static string Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Prefix + Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
    }

    /// <summary>Reads one, with or without <c>sha256:</c> and colons, in small or large letters; null: it is none.</summary>
    public static string? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = (text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text).Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        return digits.Length == Digits && digits.All(char.IsAsciiHexDigitLower) ? Prefix + digits : null;
    }
}
