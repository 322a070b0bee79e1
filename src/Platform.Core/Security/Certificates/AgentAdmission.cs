namespace Platform.Core.Security.Certificates;

/// <summary>Decides which agent gets a certificate, and which one is let in.</summary>
public static class AgentAdmission
{
    /// <summary>Why an agent is not let in; null: it is.</summary>
    /// <param name="agentId">Who it says it is.</param>
    /// <param name="proof">What it has shown.</param>
    /// <param name="certified">With a certificate: whose it is.</param>
    /// <param name="record">What is known of the agent's certificate; null: it has had none.</param>
    /// <param name="authority">The fingerprint of the cluster's authority; null: it has none, and nobody can show a certificate here.</param>
    /// <param name="mustHaveCertificate">The cluster lets in nobody without one.</param>
    /// <param name="now">The instant.</param>
    public static string? SessionRefusal(string agentId, AgentProof proof, string? certified, AgentCertificate? record, string? authority, bool mustHaveCertificate, DateTimeOffset now)
    {
        if (record?.RevokedAt is { } revoked)
            return Revoked(agentId, revoked);
        if (proof == AgentProof.Certificate)
            return certified == agentId ? null : $"the certificate is that of agent {certified}, not of {agentId}: each agent needs a work directory of its own";
        if (proof != AgentProof.Token)
            return null;
        if (IsBound(record, authority, now))
            return $"agent {agentId} has a certificate, and a token alone is not enough for it any more: {Mend(agentId)}";
        return mustHaveCertificate ? "this cluster lets in agents with a certificate only, which they get by themselves over https: use an agent of this version, and an address that begins with https://" : null;
    }

    /// <summary>Why an agent gets no certificate; null: it gets one.</summary>
    /// <param name="agentId">Whose it shall be.</param>
    /// <param name="proof">What it has shown.</param>
    /// <param name="certified">With a certificate: whose it is.</param>
    /// <param name="record">What is known of the agent's certificate; null: it has had none.</param>
    /// <param name="authority">The fingerprint of the cluster's authority.</param>
    /// <param name="now">The instant.</param>
    public static string? CertificateRefusal(string agentId, AgentProof proof, string? certified, AgentCertificate? record, string authority, DateTimeOffset now)
    {
        if (!CertificateRole.IsAgentId(agentId))
            return $"an agent's id has 1 to {CertificateRole.LongestAgentId} letters, digits, '.', '_' and '-'";
        if (record?.RevokedAt is { } revoked)
            return Revoked(agentId, revoked);
        return proof switch
        {
            AgentProof.Certificate => certified == agentId ? null : $"the certificate is that of agent {certified}, which gets none for {agentId}",
            // Who has taken a token from one machine shall not become another one by it.
            AgentProof.Token => IsBound(record, authority, now) ? $"agent {agentId} has a certificate, and renews it with that one alone: {Mend(agentId)}" : null,
            AgentProof.Local => "agents in the control plane's own process need no certificate",
            _ => "nobody has to log in here, and agents need no certificate",
        };
    }

    // One that was made and never shown may have been made through something in between that does not pass certificates on.
    // One of an authority that was replaced is nothing that could be shown.
    private static bool IsBound(AgentCertificate? record, string? authority, DateTimeOffset now) => record is { IsUsed: true } && record.ExpiresAt > now && record.Authority == authority;

    private static string Mend(string agentId) => $"if it has lost its own, './platform agent revoke {agentId}', and start it with an empty work directory as another agent";

    private static string Revoked(string agentId, DateTimeOffset at) => $"agent {agentId} was revoked at {at:u}: start it with an empty work directory and a new token to join as another agent";
}
