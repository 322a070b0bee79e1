using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Platform.Clustering.Certificates;

namespace Platform.Host.Hosting.Tls;

/// <summary>HTTPS on a port: TLS 1.2 and up, with the certificate of the moment. Who speaks HTTP is told so.</summary>
internal static class EncryptedPort
{
    private const byte HandshakeRecord = 22;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(Refusal("""{"message":"This port takes HTTPS only: the address begins with https://."}"""));

    /// <param name="listen">The port.</param>
    /// <param name="certificate">What it shows.</param>
    /// <param name="authority">The authority whose certificates agents may show; null: no agents come here.</param>
    internal static void Encrypt(this Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen, IServerCertificate certificate, CertificateAuthority? authority = null)
    {
        (SslStreamCertificateContext Of, SslStreamCertificateContext Asking)? known = null;
        listen.Use(next => connection => ServeAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Asking(certificate.Context),
                // Of agents. Browsers, which have none of this authority, ask nobody for one.
                ClientCertificateRequired = authority is not null,
#pragma warning disable CA5359 // Who shows one is looked at with each request; what does not count there is none, and the rest of the clients show nothing.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            }),
        });

        // With the name of the authority, so that nobody shows another's.
        SslStreamCertificateContext Asking(SslStreamCertificateContext context)
        {
            if (authority is null)
                return context;
            if (known is { } made && ReferenceEquals(made.Of, context))
                return made.Asking;
            var trust = SslCertificateTrust.CreateForX509Collection([X509Certificate2.CreateFromPem(authority.Certificate)], sendTrustInHandshake: true);
            var asking = SslStreamCertificateContext.Create(context.TargetCertificate, [.. context.IntermediateCertificates], offline: true, trust);
            known = (context, asking);
            return asking;
        }
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(HandshakeTimeout);
        bool isPlain;
        try
        {
            var first = await connection.Transport.Input.ReadAsync(limit.Token);
            isPlain = !first.Buffer.IsEmpty && first.Buffer.FirstSpan[0] != HandshakeRecord;
            // Looked at only: what follows reads it again.
            connection.Transport.Input.AdvanceTo(first.Buffer.Start);
            if (first.Buffer.IsEmpty)
                return;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            return;
        }
        if (!isPlain)
            await next(connection);
        else
            await connection.Transport.Output.WriteAsync(Answer, connection.ConnectionClosed);
    }

    private static string Refusal(string json) => $"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\nConnection: close\r\n\r\n{json}";
}
