namespace Platform.Core.Security.Certificates;

/// <summary>What is known of the certificate of an agent.</summary>
/// <param name="AgentId">Whose it is.</param>
/// <param name="ExpiresAt">When the last one ends that was made.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentCertificate")]
public sealed record AgentCertificate([property: Id(0)] string AgentId, [property: Id(1)] DateTimeOffset ExpiresAt)
{
    /// <summary>A session was held with it, so that a token alone is not enough for this agent any more.</summary>
    [Id(2)]
    public bool IsUsed { get; init; }

    /// <summary>The fingerprint of the authority that made it.</summary>
    [Id(4)]
    public string Authority { get; init; } = "";

    /// <summary>When an operator took it back; the agent is not let in any more. Null: it counts.</summary>
    [Id(3)]
    public DateTimeOffset? RevokedAt { get; init; }
}
