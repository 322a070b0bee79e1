using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Platform.Core.Security;

namespace Platform.Grains.Security;

/// <summary>Sends messages to a syslog, over one connection that is made anew when it breaks. Not for two at a time.</summary>
public sealed class SyslogSender(SyslogTarget target, string? authorities) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private Socket? _socket;
    private Stream? _stream;

    /// <summary>Sends them in order. Over a stream they have arrived at the kernel of the other machine or are on their way when it returns.</summary>
    /// <exception cref="IOException">They could not all be sent; those at the beginning may have been.</exception>
    public async Task SendAsync(IReadOnlyList<string> messages, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            if (_socket is null)
                await ConnectAsync(limit.Token);
            if (_stream is { } stream)
            {
                // What the other side has closed is noticed before something is lost in it.
                if (_socket!.Poll(0, SelectMode.SelectRead) && _socket.Available == 0)
                    throw new IOException($"{target} has closed the connection");
                await stream.WriteAsync(messages.SelectMany(SyslogMessage.Framed).ToArray(), limit.Token);
                await stream.FlushAsync(limit.Token);
                return;
            }
            foreach (var message in messages)
                await _socket!.SendAsync(Encoding.UTF8.GetBytes(message), SocketFlags.None, limit.Token);
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or ObjectDisposedException || failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Dispose();
            throw failure as IOException ?? new IOException($"{target}: {(failure is OperationCanceledException ? $"no answer within {Limit.TotalSeconds} s" : failure.Message)}", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        _socket?.Dispose();
        (_stream, _socket) = (null, null);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (target.Kind == SyslogTransport.Local)
        {
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            await _socket.ConnectAsync(new UnixDomainSocketEndPoint(target.Host), cancellationToken);
            return;
        }
        _socket = target.Kind == SyslogTransport.Udp ? new Socket(SocketType.Dgram, ProtocolType.Udp) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(target.Host, target.Port, cancellationToken);
        if (target.Kind == SyslogTransport.Tcp)
        {
            _stream = new NetworkStream(_socket);
        }
        else if (target.Kind == SyslogTransport.Tls)
        {
            var encrypted = new SslStream(new NetworkStream(_socket));
            _stream = encrypted;
            await encrypted.AuthenticateAsClientAsync(OptionsOf(), cancellationToken);
        }
    }

    private SslClientAuthenticationOptions OptionsOf()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = target.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (authorities is null)
            return options;
        options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        options.CertificateChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        return options;
    }
}
