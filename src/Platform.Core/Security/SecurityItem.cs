using Platform.Core.Security.Certificates;

namespace Platform.Core.Security;

/// <summary>One thing that is stored about identities and rights; exactly one member is there.</summary>
[GenerateSerializer, Immutable, Alias("Platform.SecurityItem")]
public sealed record SecurityItem
{
    /// <summary>An account.</summary>
    [Id(0)]
    public Account? Account { get; init; }

    /// <summary>A group.</summary>
    [Id(1)]
    public AccountGroup? Group { get; init; }

    /// <summary>The permissions for a resource.</summary>
    [Id(2)]
    public AccessList? List { get; init; }

    /// <summary>A token for programs.</summary>
    [Id(3)]
    public IssuedToken? Token { get; init; }

    /// <summary>Until when a token that was taken back would have counted.</summary>
    [Id(4)]
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>A key that signs tokens.</summary>
    [Id(5)]
    public SigningKey? Key { get; init; }

    /// <summary>The hash of a code that makes an administrator, once.</summary>
    [Id(6)]
    public string? CodeHash { get; init; }

    /// <summary>The certificate of an agent.</summary>
    [Id(7)]
    public AgentCertificate? Agent { get; init; }

    /// <summary>The same without what only its keeper may know.</summary>
    public SecurityItem? WithoutSecrets() => CodeHash is not null ? null : this with
    {
        Account = Account is { } account ? account with { PasswordHash = account.PasswordHash is null ? null : "", Failures = 0, LockedUntil = null } : null,
        Key = Key is { } key ? key with { Sealed = null } : null,
    };
}
