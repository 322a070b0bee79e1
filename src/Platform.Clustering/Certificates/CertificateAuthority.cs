using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Platform.Contracts.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Clustering.Certificates;

/// <summary>The cluster's own certificate authority with its key: makes certificates, and knows its own.</summary>
public sealed class CertificateAuthority : ICertificateAuthority, IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int SerialBytes = 16;

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _public;

    private CertificateAuthority(X509Certificate2 certificate)
    {
        _certificate = certificate;
        _public = X509CertificateLoader.LoadCertificate(certificate.RawData);
        Certificate = certificate.ExportCertificatePem() + "\n";
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        Validity = ValidityOf(certificate);
        Scope = NameConstraints.ScopeOf(certificate);
    }

    /// <inheritdoc/>
    public string Certificate { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>When it counts.</summary>
    public Validity Validity { get; }

    /// <summary>What it may vouch for.</summary>
    public AuthorityScope Scope { get; }

    /// <summary>A new one: ECDSA P-256, for the ends of TLS connections only, with no authorities below it.</summary>
    /// <param name="scope">What it may vouch for.</param>
    /// <param name="now">The time.</param>
    public static CertificateAuthority Create(AuthorityScope scope, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The number tells the authorities of several clusters apart in the lists of browsers.
        var name = new X500DistinguishedName($"CN=Platform cluster authority {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(ServerAuthentication), new(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (!scope.IsEverything)
            request.CertificateExtensions.Add(NameConstraints.Of(scope));
        var validity = CertificateLifetimes.From(now, CertificateLifetimes.Authority, null);
        return new(request.CreateSelfSigned(validity.From, validity.To));
    }

    /// <summary>The one that two texts in PEM are.</summary>
    /// <param name="certificate">Its certificate; the first one if there are several.</param>
    /// <param name="key">Its private key, not encrypted.</param>
    /// <exception cref="AuthorityException">They are none; the message says why.</exception>
    public static CertificateAuthority Read(string certificate, string key)
    {
        X509Certificate2 read;
        try
        {
            read = X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new AuthorityException($"no certificate in PEM with the key that belongs to it: {failure.Message}");
        }
        if (ProblemOf(read) is not { } problem)
            return new(read);
        read.Dispose();
        throw new AuthorityException(problem);
    }

    /// <summary>The private key, PEM. For who stores it, sealed.</summary>
    public string ExportKey()
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)_certificate.GetECDsaPrivateKey() ?? _certificate.GetRSAPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>A certificate with a new key for a server of the cluster.</summary>
    /// <param name="names">The names and addresses by which it is reached.</param>
    /// <param name="now">The time.</param>
    public X509Certificate2 IssueForServer(IEnumerable<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (System.Net.IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }
        using var certificate = Issue(new PublicKey(key), "CN=Platform control plane", alternatives.Build(), [ServerAuthentication], now);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate with a new key for a silo, to show to other silos on either end of a connection.</summary>
    /// <param name="now">The time.</param>
    public X509Certificate2 IssueForSilo(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddUri(new Uri(CertificateRole.Silo));
        using var certificate = Issue(new PublicKey(key), "CN=Platform silo", alternatives.Build(), [ServerAuthentication, ClientAuthentication], now);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Whether a certificate is of this authority, counts now, and is for silos.</summary>
    /// <param name="certificate">What somebody shows.</param>
    public bool IsSilo(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return IsOwn(certificate, null) && CertificateRole.IsSilo(AlternativeNames.UrisOf(certificate));
    }

    /// <inheritdoc/>
    public (string Certificate, DateTimeOffset ExpiresAt) IssueForAgent(string request, string agentId, DateTimeOffset now, TimeSpan lifetime)
    {
        PublicKey key;
        try
        {
            // The signature is checked: who asks has the key.
            key = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1).PublicKey;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new ArgumentException($"this is no signing request in PEM (-----BEGIN CERTIFICATE REQUEST-----) that is signed with its own key: {failure.Message}", nameof(request), failure);
        }
        using var curve = key.GetECDsaPublicKey();
        using var rsa = curve is null ? key.GetRSAPublicKey() : null;
        if (curve is not { KeySize: 256 } && rsa is not { KeySize: >= 2048 })
            throw new ArgumentException("the key is neither ECDSA P-256 nor RSA of 2048 bits or more", nameof(request));
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddUri(new Uri(CertificateRole.Agent(agentId)));
        using var certificate = Issue(key, "CN=" + agentId, alternatives.Build(), [ClientAuthentication], CertificateLifetimes.OfAgent(now, lifetime, Validity));
        return (certificate.ExportCertificatePem() + "\n", ValidityOf(certificate).To);
    }

    /// <inheritdoc/>
    public string? AgentOf(X509Certificate2 shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        return IsOwn(shown, ClientAuthentication) ? CertificateRole.AgentOf(AlternativeNames.UrisOf(shown)) : null;
    }

    /// <summary>What decisions look at in a certificate.</summary>
    /// <param name="certificate">One that this authority has made.</param>
    public CertificateFacts FactsOf(X509Certificate2 certificate) => new(ValidityOf(certificate), Fingerprint, NamesOf(certificate));

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _public.Dispose();
    }

    /// <summary>When a certificate counts.</summary>
    internal static Validity ValidityOf(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    /// <summary>The names and addresses that a certificate is for.</summary>
    internal static Core.Collections.ValueList<string> NamesOf(X509Certificate2 certificate) => Core.Collections.ValueList.ToValueList(
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()))));

    private bool IsOwn(X509Certificate2 certificate, string? use)
    {
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        };
        if (use is not null)
            chain.ChainPolicy.ApplicationPolicy.Add(new(use));
        chain.ChainPolicy.CustomTrustStore.Add(_public);
        return chain.Build(certificate);
    }

    private X509Certificate2 Issue(PublicKey key, string subject, X509Extension alternatives, string[] uses, DateTimeOffset now) =>
        Issue(key, subject, alternatives, uses, CertificateLifetimes.From(now, CertificateLifetimes.Leaf, Validity));

    private X509Certificate2 Issue(PublicKey key, string subject, X509Extension alternatives, string[] uses, Validity validity)
    {
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(use => new Oid(use))], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        // A given authority may have none.
        if (_certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any())
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(alternatives);
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        // A number is positive (RFC 5280, 4.1.2.2), and keeps its length.
        serial[0] = (byte)(serial[0] & 0x7F | 0x40);
        using var ecdsa = _certificate.GetECDsaPrivateKey();
        using var rsa = ecdsa is null ? _certificate.GetRSAPrivateKey() : null;
        var generator = ecdsa is not null ? X509SignatureGenerator.CreateForECDsa(ecdsa) : X509SignatureGenerator.CreateForRSA(rsa!, RSASignaturePadding.Pkcs1);
        return request.Create(_certificate.SubjectName, generator, validity.From, validity.To, serial);
    }

    private static string? ProblemOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            return "the certificate is not that of an authority (basic constraints, CA:TRUE)";
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign))
            return "the certificate may not sign others (key usage)";
        if (!certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return "the certificate is signed by another authority: one that has signed itself is needed, so that there is one thing to trust";
        using var ecdsa = certificate.GetECDsaPrivateKey();
        using var rsa = certificate.GetRSAPrivateKey();
        return ecdsa is null && rsa is null ? "the key is neither ECDSA nor RSA" : null;
    }
}
