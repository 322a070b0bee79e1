using System.Net;
using Platform.Clustering.Certificates.Acme;
using Platform.Core.Security.Certificates;

namespace Platform.Host.Hosting.Tls;

/// <summary>What is encrypted, and by which certificates.</summary>
internal sealed record TlsSettings
{
    /// <summary>The API is served over HTTPS.</summary>
    internal required bool Api { get; init; }

    /// <summary>Silos talk to each other by mutual TLS.</summary>
    internal required bool Silos { get; init; }

    /// <summary>The certificate that was given, PEM; null: one of the cluster's authority.</summary>
    internal string? CertificateFile { get; init; }

    /// <summary>Its key, PEM.</summary>
    internal string? KeyFile { get; init; }

    /// <summary>Names and addresses that the own certificate is for as well.</summary>
    internal IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The authority of elsewhere that gives it, and where its proofs are answered; null: none does.</summary>
    internal (AcmeSettings Settings, IPEndPoint Listen)? Acme { get; init; }

    /// <summary>The certificate of the authority that was given, PEM; null: the one that is kept, or a new one.</summary>
    internal string? AuthorityFile { get; init; }

    /// <summary>Its key, PEM.</summary>
    internal string? AuthorityKeyFile { get; init; }

    /// <summary>What a new authority may vouch for.</summary>
    internal AuthorityScope Scope { get; init; } = AuthorityScope.Everything;
}
