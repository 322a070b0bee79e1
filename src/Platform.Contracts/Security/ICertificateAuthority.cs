using System.Security.Cryptography.X509Certificates;

namespace Platform.Contracts.Security;

/// <summary>The cluster's own certificate authority, as this process has it.</summary>
public interface ICertificateAuthority
{
    /// <summary>Its certificate, PEM; public.</summary>
    string Certificate { get; }

    /// <summary>SHA-256 of the certificate, 64 small hexadecimal digits.</summary>
    string Fingerprint { get; }

    /// <summary>A certificate for an agent.</summary>
    /// <param name="request">A signing request (PKCS #10) in PEM, signed with the agent's key: ECDSA P-256, or RSA of 2048 bits and more. Of what it says the key alone counts.</param>
    /// <param name="agentId">The name in it.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">How long it counts.</param>
    /// <returns>The certificate in PEM, and when it ends.</returns>
    /// <exception cref="ArgumentException">The request cannot be used; the message says why.</exception>
    (string Certificate, DateTimeOffset ExpiresAt) IssueForAgent(string request, string agentId, DateTimeOffset now, TimeSpan lifetime);

    /// <summary>The id of the agent that a certificate is for; null: it is not one of this authority for an agent, or does not count now.</summary>
    string? AgentOf(X509Certificate2 shown);
}
