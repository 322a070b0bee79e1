using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Platform.Client.Http;

namespace Platform.Client;

/// <summary>Whom a client takes for the control plane behind an https address, instead of whom the system trusts.</summary>
public sealed class ClusterTrust
{
    private readonly Func<X509Certificate2?>? _server;
    private X509Certificate2Collection? _authorities;

    private ClusterTrust(string? fingerprint, X509Certificate2Collection? authorities, Func<X509Certificate2?>? server) =>
        (Fingerprint, _authorities, _server) = (fingerprint, authorities, server);

    /// <summary>The fingerprint that the authority has to have; null: the authority was given whole, or is not asked for.</summary>
    public string? Fingerprint { get; }

    /// <summary>The authorities, PEM; null: they are not known before the first request, which asks the control plane for what has the fingerprint.</summary>
    public string? Authorities => _authorities is { } known ? string.Concat(known.Select(one => one.ExportCertificatePem() + "\n")) : null;

    /// <summary>It is an authority and not one server.</summary>
    public bool IsOfAuthority => _server is null;

    internal X509Certificate2Collection? Known => _authorities;

    /// <summary>Servers with a certificate of one of these authorities, for the name that was asked for.</summary>
    /// <param name="pem">Certificates in PEM, at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ClusterTrust OfAuthorities(string pem)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException failure)
        {
            throw new ArgumentException($"a certificate in it cannot be read: {failure.Message}", nameof(pem), failure);
        }
        return authorities.Count > 0 ? new(null, authorities, null) : throw new ArgumentException("there is no certificate in it (-----BEGIN CERTIFICATE-----)", nameof(pem));
    }

    /// <summary>Servers with a certificate of the authority that has this fingerprint. The control plane is asked for the authority itself, and nothing else before it is known.</summary>
    /// <param name="fingerprint">As <see cref="AuthorityFingerprint"/> reads it.</param>
    /// <exception cref="ArgumentException">It is no fingerprint.</exception>
    public static ClusterTrust OfFingerprint(string fingerprint) =>
        new(AuthorityFingerprint.Parse(fingerprint) ?? throw new ArgumentException($"'{fingerprint}' is no fingerprint: sha256: and 64 hexadecimal digits", nameof(fingerprint)), null, null);

    /// <summary>The server that shows exactly this certificate, whatever its name. For who has it from the server's own process.</summary>
    /// <param name="server">The certificate at the moment; asked at each connection.</param>
    public static ClusterTrust OfServer(Func<X509Certificate2?> server) => new(null, null, server);

    /// <summary>Reads what a user gives: the path of a file with certificates in PEM, or a fingerprint.</summary>
    /// <param name="fileOrFingerprint">Either.</param>
    /// <param name="trust">What it means.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string fileOrFingerprint, [NotNullWhen(true)] out ClusterTrust? trust, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(fileOrFingerprint);
        (trust, problem) = (null, null);
        try
        {
            trust = AuthorityFingerprint.Parse(fileOrFingerprint) is { } fingerprint ? OfFingerprint(fingerprint)
                : OfAuthorities(File.ReadAllText(fileOrFingerprint));
            return true;
        }
        catch (ArgumentException failure)
        {
            problem = $"'{fileOrFingerprint}' is neither a file with a certificate in PEM nor a fingerprint such as sha256:0a1b...: {failure.Message}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"'{fileOrFingerprint}' is no fingerprint such as sha256:0a1b..., and cannot be read as a file: {failure.Message}";
        }
        return false;
    }

    /// <summary>Makes connections of a handler trust this, and nobody else.</summary>
    /// <param name="handler">One that has not sent anything yet.</param>
    /// <returns>What requests are sent through; it owns the handler.</returns>
    public HttpMessageHandler Guard(SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new TrustedHandler(this, handler);
    }

    internal bool IsServer(X509Certificate? shown) => _server?.Invoke() is { } own && shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(own.RawData);

    internal void Learn(X509Certificate2Collection authorities) => _authorities = authorities;
}
