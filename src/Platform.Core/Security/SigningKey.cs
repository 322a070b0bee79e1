namespace Platform.Core.Security;

/// <summary>A key that tokens are signed with.</summary>
/// <param name="Id">The id that tokens name.</param>
/// <param name="PublicKey">PEM.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Sealed">The private key, sealed under the key file; null where it is not needed.</param>
[GenerateSerializer, Immutable, Alias("Platform.SigningKey")]
public sealed record SigningKey(
    [property: Id(0)] string Id, [property: Id(1)] string PublicKey, [property: Id(2)] DateTimeOffset CreatedAt, [property: Id(3)] byte[]? Sealed)
{
    /// <summary>So long is signed with it. 30 days.</summary>
    public static TimeSpan SigningTime { get; } = TimeSpan.FromDays(30);

    /// <summary>So long it is known: longer than any token that it signed. 400 days.</summary>
    public static TimeSpan Lifetime { get; } = TokenLifetimes.Longest + SigningTime + TimeSpan.FromDays(5);
}
