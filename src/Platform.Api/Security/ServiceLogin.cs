using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts.Security;

namespace Platform.Api.Security;

/// <summary>The login of a service account: a short token that it signed with its own key.</summary>
internal static class ServiceLogin
{
    /// <summary>A token that says it is good for longer is not taken: it would be a password.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 8 * 1024 };

    /// <summary>What is wrong with a public key in PEM; null: nothing.</summary>
    public static string? ProblemOfKey(string pem)
    {
        try
        {
            using var key = Read(pem);
            return key is RSA { KeySize: < 2048 } ? "an RSA key has at least 2048 bits" : null;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            return "this is no public key in PEM: an RSA key, or one of the curve P-256";
        }
    }

    /// <summary>Whether the account of this key has signed that it logs in now.</summary>
    public static async Task<bool> IsRightAsync(string uid, string token, string publicKey, TimeProvider time)
    {
        using var key = Read(publicKey);
        // Which algorithm is used is the key's to say.
        var (algorithm, security) = key is RSA rsa
            ? (SecurityAlgorithms.RsaSha256, (SecurityKey)new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)))
            : (SecurityAlgorithms.EcdsaSha256, new ECDsaSecurityKey((ECDsa)key) { CryptoProviderFactory = new() { CacheSignatureProviders = false } });
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [algorithm],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            IssuerSigningKeyResolver = (_, _, _, _) => [security],
            LifetimeValidator = (from, to, _, _) =>
            {
                var now = time.GetUtcNow().UtcDateTime;
                return to is { } end && end > now - Skew && end < now + Longest && (from is not { } start || start < now + Skew);
            },
        });
        return result.IsValid && ((JsonWebToken)result.SecurityToken).TryGetPayloadValue<string>(TokenClaims.Uid, out var named) && named == uid;
    }

    private static AsymmetricAlgorithm Read(string pem)
    {
        if (pem.Contains("PRIVATE", StringComparison.Ordinal))
            throw new ArgumentException("This is a private key.");
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
        }
        var curve = ECDsa.Create();
        curve.ImportFromPem(pem);
        if (curve.KeySize == 256)
            return curve;
        curve.Dispose();
        throw new ArgumentException("It is not of the curve P-256.");
    }
}
