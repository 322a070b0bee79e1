using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts.Security;
using Platform.Core.Security;
using Platform.Core.Tasks;
using Platform.Grains.Secrets;

namespace Platform.Grains.Security;

/// <summary>Makes signing keys, and signs tokens with them: RS256, as clients of DC/OS read it.</summary>
public sealed class TokenSigner(SecretCipher cipher)
{
    private const int KeyBits = 2048;

    private readonly ConcurrentDictionary<string, SigningCredentials> _credentials = new(StringComparer.Ordinal);

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>A new key; takes some tenths of a second.</summary>
    /// <exception cref="SecretException">There is no key file to seal it under.</exception>
    public SigningKey NewKey(DateTimeOffset now)
    {
        using var rsa = RSA.Create(KeyBits);
        var id = Convert.ToHexStringLower(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()))[..16];
        return new(id, rsa.ExportSubjectPublicKeyInfoPem(), now, cipher.Seal(Place(id), rsa.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>Signs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cluster">The name of the cluster.</param>
    /// <param name="audience">Who shall take it.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="authority">With a token of an agent: the fingerprint of the authority to trust.</param>
    /// <param name="issuer">Whose it is to those who check it; null: the cluster's, by its name.</param>
    public SignedToken Sign(SigningKey key, string cluster, IReadOnlyList<string> audience, TokenFacts facts, string? authority = null, string? issuer = null)
    {
        var claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Jti] = facts.Id,
            [JwtRegisteredClaimNames.Sub] = facts.Uid,
            [TokenClaims.Uid] = facts.Uid,
            [TokenClaims.Use] = facts.Use.ToString().ToLower(CultureInfo.InvariantCulture),
            [TokenClaims.IssuedAt] = facts.IssuedAt.ToUnixTimeMilliseconds(),
            [TokenClaims.LoggedInAt] = facts.LoggedInAt.ToUnixTimeSeconds(),
        };
        if (authority is not null)
            claims[TokenClaims.Authority] = authority;
        if (facts.Workload is { } workload)
        {
            claims[TokenClaims.Owner] = workload.Owner;
            claims[TokenClaims.TaskId] = workload.TaskId;
            claims[TokenClaims.AgentId] = workload.AgentId;
            claims[TokenClaims.Cluster] = cluster;
        }
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = issuer ?? cluster,
            IssuedAt = facts.IssuedAt.UtcDateTime,
            NotBefore = facts.IssuedAt.UtcDateTime,
            Expires = facts.ExpiresAt.UtcDateTime,
            Claims = claims,
            SigningCredentials = CredentialsOf(key),
        };
        // A list of one is a text, for those who read no lists.
        if (audience is [var only])
            descriptor.Audience = only;
        else
            audience.ToList().ForEach(descriptor.Audiences.Add);
        var text = Handler.CreateToken(descriptor);
        return new(facts.Id, new SecretText(text), facts.ExpiresAt);
    }

    // To open and read a key takes longer than to sign with it, and tasks need many tokens.
    private SigningCredentials CredentialsOf(SigningKey key) => _credentials.GetOrAdd(key.Id, _ =>
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(cipher.Open(Place(key.Id), key.Sealed!));
        return new(new RsaSecurityKey(rsa) { KeyId = key.Id }, SecurityAlgorithms.RsaSha256);
    });

    private static string Place(string id) => "signing-key/" + id;
}
