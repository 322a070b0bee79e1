using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Security.Oidc;

/// <summary>Lets in whom the provider knows: as an account that is made at the first login, with the groups that the provider tells.</summary>
internal sealed class OidcLogin(OidcProvider provider, IGrainFactory grains, SecurityFeed feed, TimeProvider time)
{
    private const int MostKnown = 10_000;

    /// <summary>So long a token that was looked at is not looked at again.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, (long At, TokenFacts Facts)> _known = new(StringComparer.Ordinal);

    public OidcProvider Provider => provider;

    /// <summary>The name of the account of whom a token is.</summary>
    /// <exception cref="OidcException">It is nobody's.</exception>
    public async Task<string> LogInAsync(string token, string? nonce, CancellationToken cancellation) =>
        await TakeInAsync(await provider.ReadAsync(token, nonce, cancellation));

    /// <summary>A token of the provider as one of ours: the account's, as long as it counts.</summary>
    /// <exception cref="OidcException">It does not count.</exception>
    public async Task<TokenFacts> ReadAsync(string token, CancellationToken cancellation)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_known.TryGetValue(key, out var known) && time.GetElapsedTime(known.At) < Renewal && known.Facts.ExpiresAt > time.GetUtcNow())
            return known.Facts;
        var claims = await provider.ReadAsync(token, nonce: null, cancellation);
        var facts = new TokenFacts("oidc-" + key[..24], await TakeInAsync(claims), TokenUse.Login, Time(claims, "iat"), Time(claims, "exp"), Time(claims, "iat"));
        if (_known.Count >= MostKnown)
            _known.Clear();
        _known[key] = (time.GetTimestamp(), facts);
        return facts;
    }

    private async Task<string> TakeInAsync(IReadOnlyDictionary<string, ValueList<string>> claims)
    {
        if (provider.Settings.Users.Read(claims, out var problem) is not { } user)
            throw new OidcException(problem!);
        var result = await grains.GetGrain<ISecurityGrain>(0).FederateAsync(user);
        if (result.Outcome != SecurityOutcome.Done)
            throw new OidcException(result.Message);
        await feed.RefreshAsync();
        return user.Uid;
    }

    private DateTimeOffset Time(IReadOnlyDictionary<string, ValueList<string>> claims, string name) =>
        claims.GetValueOrDefault(name) is [var text] && long.TryParse(text, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : time.GetUtcNow();
}
