namespace Platform.Core.Security;

/// <summary>What a token says whose signature, audience and time were found right.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Uid">Whose it is.</param>
/// <param name="Use">What it was issued for.</param>
/// <param name="IssuedAt">When it was issued.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LoggedInAt">When its owner last proved who it is.</param>
[GenerateSerializer, Immutable, Alias("Platform.TokenFacts")]
public sealed record TokenFacts(
    [property: Id(0)] string Id, [property: Id(1)] string Uid, [property: Id(2)] TokenUse Use,
    [property: Id(3)] DateTimeOffset IssuedAt, [property: Id(4)] DateTimeOffset ExpiresAt, [property: Id(5)] DateTimeOffset LoggedInAt)
{
    /// <summary>The task whose it is; null: it is none's.</summary>
    [Id(6)]
    public Workload? Workload { get; init; }
}
