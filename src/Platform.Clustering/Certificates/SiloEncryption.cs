using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace Platform.Clustering.Certificates;

/// <summary>Mutual TLS between silos, and with clients of the cluster: each shows a certificate of the cluster's authority that is for silos, and talks to nobody who does not.</summary>
internal static class SiloEncryption
{
    // Which silo it is does not matter, and so no name is looked at; the protocol wants one.
    private const string AnySilo = "silo";

    internal static void UseSiloEncryption(this ISiloBuilder silo, CertificateAuthority authority, IServerCertificate certificate) =>
        silo.UseTls(options => Configure(options, authority, certificate));

    internal static void UseSiloEncryption(this IClientBuilder client, CertificateAuthority authority, IServerCertificate certificate) =>
        client.UseTls(options => Configure(options, authority, certificate));

    private static void Configure(TlsOptions options, CertificateAuthority authority, IServerCertificate certificate)
    {
        options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        // Asked for at the start; which one is shown is asked anew each time.
        options.LocalCertificate = certificate.Certificate;
        options.LocalServerCertificateSelector = (_, _) => certificate.Certificate;
        options.LocalClientCertificateSelector = (_, _, _, _, _) => certificate.Certificate;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.CheckCertificateRevocation = false;
        options.RemoteCertificateValidation = (shown, _, _) => IsSilo(authority, shown);
        options.OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = AnySilo;
    }

    private static bool IsSilo(CertificateAuthority authority, X509Certificate2? shown) => shown is not null && authority.IsSilo(shown);
}
