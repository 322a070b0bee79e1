using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Clustering.Certificates;

/// <summary>The certificate that a server shows at the moment. It changes while the server runs: ask at each connection.</summary>
public interface IServerCertificate : IDisposable
{
    /// <summary>What a handshake shows: the certificate and those that lead to its root.</summary>
    SslStreamCertificateContext Context { get; }

    /// <summary>The certificate itself.</summary>
    X509Certificate2 Certificate => Context.TargetCertificate;
}
