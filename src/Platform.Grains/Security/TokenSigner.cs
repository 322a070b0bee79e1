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
    public SignedToken Sign(SigningKey key, string issuer, string audience, TokenFacts facts, string? authority = null)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(cipher.Open(Place(key.Id), key.Sealed!));
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
        var text = Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = facts.IssuedAt.UtcDateTime,
            NotBefore = facts.IssuedAt.UtcDateTime,
            Expires = facts.ExpiresAt.UtcDateTime,
            Claims = claims,
            SigningCredentials = new(new RsaSecurityKey(rsa) { KeyId = key.Id }, SecurityAlgorithms.RsaSha256)
            {
                // A provider that is kept would use a key that is gone.
                CryptoProviderFactory = new() { CacheSignatureProviders = false },
            },
        });
        return new(facts.Id, new SecretText(text), facts.ExpiresAt);
    }

    private static string Place(string id) => "signing-key/" + id;
}
