using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>Checks tokens: that this cluster signed them for its APIs, and that it is their time.</summary>
internal sealed class TokenReader(SecurityFeed feed, TimeProvider time)
{
    /// <summary>So far may clocks of silos differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // Names of claims stay as they are.
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 8 * 1024 };

    private readonly ConcurrentDictionary<string, RsaSecurityKey> _keys = new(StringComparer.Ordinal);

    /// <summary>What the token says, or why it does not count.</summary>
    public async Task<(TokenFacts? Facts, string? Problem)> ReadAsync(string text)
    {
        var copy = await feed.ReadAsync();
        if (KeyIdOf(text) is { } id && !copy.View.Keys.ContainsKey(id))
        {
            // Another process may have made a key a moment ago.
            await feed.RefreshAsync();
            copy = await feed.ReadAsync();
        }
        var result = await Handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            // Neither the token's algorithm nor a key that it brings along is believed: ours is RS256, and keys are found by their id alone.
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            RequireSignedTokens = true,
            TryAllIssuerSigningKeys = false,
            IssuerSigningKeyResolver = (_, _, kid, _) => kid is not null && copy.View.Keys.TryGetValue(kid, out var key) ? [PublicKey(key)] : [],
            IssuerValidator = (issuer, token, _) => issuer == copy.Issuer || IsOfTask(token, copy.Issuer) ? issuer : throw new SecurityTokenInvalidIssuerException("another issuer"),
            ValidAudience = TokenClaims.ClusterAudience,
            RequireExpirationTime = true,
            LifetimeValidator = (from, to, _, _) => IsTime(from, to),
        });
        if (!result.IsValid)
            return (null, Problem(result.Exception));
        var token = (JsonWebToken)result.SecurityToken;
        return token.TryGetPayloadValue<string>(TokenClaims.Uid, out var uid)
            && token.TryGetPayloadValue<string>(TokenClaims.Use, out var useText) && Enum.TryParse<TokenUse>(useText, ignoreCase: true, out var use)
            && token.TryGetPayloadValue<long>(TokenClaims.LoggedInAt, out var loggedIn)
            && token.TryGetPayloadValue<long>(TokenClaims.IssuedAt, out var issued)
            && token.Id is { Length: > 0 }
            && (use != TokenUse.Task || WorkloadOf(token) is { } named && named.Subject == uid)
            ? (new(token.Id, uid, use, DateTimeOffset.FromUnixTimeMilliseconds(issued), At(token.ValidTo), DateTimeOffset.FromUnixTimeSeconds(loggedIn)) { Workload = WorkloadOf(token) }, null)
            : (null, "the token lacks what ours have");
    }

    // The issuer of tokens of tasks may be an address, of now or of before a change of it; the key that signed them is ours, and they name the cluster.
    private static bool IsOfTask(SecurityToken token, string cluster) =>
        token is JsonWebToken json && json.TryGetPayloadValue<string>(TokenClaims.Use, out var use) && use.Equals(nameof(TokenUse.Task), StringComparison.OrdinalIgnoreCase)
            && json.TryGetPayloadValue<string>(TokenClaims.Cluster, out var named) && named == cluster;

    private static Workload? WorkloadOf(JsonWebToken token) =>
        token.TryGetPayloadValue<string>(TokenClaims.Owner, out var owner) && token.TryGetPayloadValue<string>(TokenClaims.TaskId, out var task)
            && token.TryGetPayloadValue<string>(TokenClaims.AgentId, out var agent) ? new(owner, task, agent) : null;

    private static string? KeyIdOf(string text)
    {
        try
        {
            return Handler.CanReadToken(text) ? new JsonWebToken(text).Kid : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private bool IsTime(DateTime? from, DateTime? to)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return to is { } end && end > now - Skew && (from is not { } start || start < now + Skew);
    }

    private RsaSecurityKey PublicKey(SigningKey key) => _keys.GetOrAdd(key.Id, _ =>
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.PublicKey);
        return new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)) { KeyId = key.Id };
    });

    private static string Problem(Exception? failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException => "the token has expired: log in again",
        SecurityTokenInvalidAudienceException => "the token is for somebody else",
        _ => "the token is not one of this cluster's: log in again",
    };

    private static DateTimeOffset At(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    /// <summary>The public keys, as JSON web keys.</summary>
    internal static IEnumerable<IReadOnlyDictionary<string, string>> WebKeys(IEnumerable<SigningKey> keys)
    {
        foreach (var key in keys)
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(key.PublicKey);
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            yield return new Dictionary<string, string>
            {
                ["kty"] = "RSA", ["use"] = "sig", ["alg"] = SecurityAlgorithms.RsaSha256, ["kid"] = key.Id,
                ["n"] = Base64UrlEncoder.Encode(parameters.Modulus), ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
            };
        }
    }
}
