using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Grains.Secrets;

namespace Platform.Clustering.Certificates.Acme;

/// <summary>Account and certificate as they are kept; keys are sealed like secrets.</summary>
/// <param name="Directory">The authority that they are of.</param>
/// <param name="Account">The key of the account, sealed, in base64.</param>
/// <param name="Certificate">PEM, with those that lead to its root; empty: none yet.</param>
/// <param name="Key">Its private key, sealed, in base64.</param>
internal sealed record KeptAcme(string Directory, string Account, string Certificate, string Key)
{
    private const int SealedLeast = 28;

    /// <summary>A new account without a certificate.</summary>
    public static KeptAcme Of(string directory, AcmeKey account, SecretCipher cipher) =>
        new(directory, Convert.ToBase64String(cipher.Seal(AccountPlace(directory), account.Export())), "", "");

    /// <summary>What was written; null: it is damaged.</summary>
    public static KeptAcme? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AcmeJson.Default.KeptAcme) is { Directory: not null, Account: not null, Certificate: not null, Key: not null } kept ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As it is written.</summary>
    public string Write() => JsonSerializer.Serialize(this, AcmeJson.Default.KeptAcme);

    /// <summary>With a certificate.</summary>
    public KeptAcme With(string certificate, string key, SecretCipher cipher) =>
        this with { Certificate = certificate, Key = Convert.ToBase64String(cipher.Seal(KeyPlace(certificate), key)) };

    /// <summary>The key of the account.</summary>
    /// <exception cref="SecretException">It was sealed with another key.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public AcmeKey OpenAccount(SecretCipher cipher) => AcmeKey.Read(cipher.Open(AccountPlace(Directory), Sealed(Account)));

    /// <summary>The key of the certificate, PEM.</summary>
    /// <exception cref="SecretException">It was sealed with another key.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public string OpenKey(SecretCipher cipher) => cipher.Open(KeyPlace(Certificate), Sealed(Key));

    // Shorter than nonce and tag is nothing that was sealed.
    private static byte[] Sealed(string text) => Convert.FromBase64String(text) is { Length: >= SealedLeast } bytes ? bytes : throw new FormatException("it is too short");

    // A sealed key cannot be moved to another authority, nor to another certificate.
    private static string AccountPlace(string directory) => "acme-account/" + directory;

    private static string KeyPlace(string certificate) => "acme-key/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(certificate)));
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeptAcme))]
internal sealed partial class AcmeJson : JsonSerializerContext;
