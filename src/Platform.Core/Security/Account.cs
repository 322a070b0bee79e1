namespace Platform.Core.Security;

/// <summary>Somebody who can log in, as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Account")]
public sealed record Account
{
    /// <summary>The id.</summary>
    [Id(0)]
    public required string Uid { get; init; }

    /// <summary>A person or a program.</summary>
    [Id(1)]
    public required IdentityKind Kind { get; init; }

    /// <summary>For people. Default empty.</summary>
    [Id(2)]
    public string Description { get; init; } = "";

    /// <summary>What a password is compared with; null: it has none.</summary>
    [Id(3)]
    public string? PasswordHash { get; init; }

    /// <summary>The public key of a program, PEM; null: it has none.</summary>
    [Id(4)]
    public string? PublicKey { get; init; }

    /// <summary>When it was made.</summary>
    [Id(5)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Tokens that were issued before count no more; null: all count.</summary>
    [Id(6)]
    public DateTimeOffset? TokensFrom { get; init; }

    /// <summary>Logins that failed since the last one that did not.</summary>
    [Id(7)]
    public int Failures { get; init; }

    /// <summary>No password is looked at before; null: none was wrong too often.</summary>
    [Id(8)]
    public DateTimeOffset? LockedUntil { get; init; }

    /// <summary>The provider that it logs in at; null: it logs in here.</summary>
    [Id(9)]
    public string? Provider { get; init; }
}
