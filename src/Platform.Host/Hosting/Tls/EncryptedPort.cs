using System.Net.Security;
using System.Security.Authentication;
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

    internal static void Encrypt(this Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen, IServerCertificate certificate)
    {
        listen.Use(next => connection => ServeAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Context,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            }),
        });
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
