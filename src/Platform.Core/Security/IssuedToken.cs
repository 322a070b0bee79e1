using Platform.Core.Collections;

namespace Platform.Core.Security;

/// <summary>A token for programs that somebody made, without the token itself.</summary>
[GenerateSerializer, Immutable, Alias("Platform.IssuedToken")]
public sealed record IssuedToken
{
    /// <summary>The id, which the token carries.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Whose rights it has.</summary>
    [Id(1)]
    public required string Uid { get; init; }

    /// <summary>It lets agents in, and nothing else.</summary>
    [Id(6)]
    public bool IsForAgents { get; init; }

    /// <summary>For people.</summary>
    [Id(2)]
    public string Description { get; init; } = "";

    /// <summary>It is good for nothing else; empty: for all that its owner may do.</summary>
    [Id(3)]
    public ValueList<Permission> Scope { get; init; }

    /// <summary>When it was made.</summary>
    [Id(4)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is good for nothing.</summary>
    [Id(5)]
    public DateTimeOffset ExpiresAt { get; init; }
}
