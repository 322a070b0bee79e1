namespace Platform.Clustering.Certificates.Acme;

/// <summary>Which authority is asked for certificates by ACME (RFC 8555), and for what.</summary>
public sealed record AcmeSettings
{
    /// <summary>The address of its directory, HTTPS.</summary>
    public required Uri Directory { get; init; }

    /// <summary>The names and addresses that the certificate is for, in the spelling of certificates.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Addresses of mail that the authority may write to. Default: none.</summary>
    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary>The operator has read the authority's terms and agrees.</summary>
    public bool AcceptsTerms { get; init; }

    /// <summary>Certificates in PEM of the authorities that may vouch for the directory's own; null: those of the system.</summary>
    public string? Authorities { get; init; }

    /// <summary>The account elsewhere that the one here belongs to (RFC 8555, 7.3.4); null: none.</summary>
    public (string KeyId, byte[] Key)? ExternalAccount { get; init; }
}
