using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Core.Security.Certificates;
using Platform.Grains.Secrets;

namespace Platform.Clustering.Certificates;

/// <summary>Finds the cluster's authority at the start of a process, and makes it when there is none yet.</summary>
public static class AuthorityKeeper
{
    /// <summary>The one that is kept, or a new one.</summary>
    /// <param name="store">Where it is kept.</param>
    /// <param name="cipher">What its key is sealed with.</param>
    /// <param name="scope">What a new one may vouch for; one that is there has to be for the same, if this is not everything.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AuthorityException">There is one that cannot be used, or none can be kept.</exception>
    public static async Task<CertificateAuthority> OpenAsync(IAuthorityStore store, SecretCipher cipher, AuthorityScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var text = await store.ReadAsync(cancellationToken);
            while (text is null)
            {
                using var made = CertificateAuthority.Create(scope, now);
                var kept = new KeptAuthority(made.Certificate, Convert.ToBase64String(cipher.Seal(Place(made.Certificate), made.ExportKey())));
                await store.TryAddAsync(JsonSerializer.Serialize(kept, AuthorityJson.Default.KeptAuthority), cancellationToken);
                // Another process may have been faster: what is kept counts.
                text = await store.ReadAsync(cancellationToken);
            }
            return Check(Read(text, cipher), scope, now);
        }
        catch (SecretException failure)
        {
            throw new AuthorityException($"the key of the certificate authority is sealed like secrets: {failure.Message}");
        }
    }

    /// <summary>The same of an authority that was given as files.</summary>
    /// <exception cref="AuthorityException">It cannot be used.</exception>
    public static CertificateAuthority Check(CertificateAuthority authority, AuthorityScope scope, DateTimeOffset now)
    {
        if (!authority.Validity.Covers(now))
            throw new AuthorityException($"the certificate authority counts from {authority.Validity.From:u} to {authority.Validity.To:u} only: give another one, or mend the clock");
        return scope.IsEverything || scope.ToString() == authority.Scope.ToString()
            ? authority
            : throw new AuthorityException($"the certificate authority is there already, and may vouch for {authority.Scope}, not for {scope}");
    }

    private static CertificateAuthority Read(string text, SecretCipher cipher)
    {
        KeptAuthority? kept;
        byte[] key;
        try
        {
            kept = JsonSerializer.Deserialize(text, AuthorityJson.Default.KeptAuthority);
            key = Convert.FromBase64String(kept?.Key ?? "");
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            throw new AuthorityException($"the kept certificate authority is damaged ({failure.Message}): restore it from a backup");
        }
        // Shorter than nonce and tag is nothing that was sealed.
        return kept is null || key.Length < 28
            ? throw new AuthorityException("the kept certificate authority is damaged: restore it from a backup")
            : CertificateAuthority.Read(kept.Certificate, cipher.Open(Place(kept.Certificate), key));
    }

    // A sealed key cannot be moved to another certificate.
    private static string Place(string certificate) => "authority/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(certificate)));
}

/// <summary>An authority as it is kept.</summary>
/// <param name="Certificate">PEM.</param>
/// <param name="Key">The private key, sealed, in base64.</param>
internal sealed record KeptAuthority(string Certificate, string Key);

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeptAuthority))]
internal sealed partial class AuthorityJson : JsonSerializerContext;
