namespace Platform.Contracts.Security;

/// <summary>The cluster's own certificate authority, as this process has it.</summary>
public interface ICertificateAuthority
{
    /// <summary>Its certificate, PEM; public.</summary>
    string Certificate { get; }

    /// <summary>SHA-256 of the certificate, 64 small hexadecimal digits.</summary>
    string Fingerprint { get; }
}
