using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Platform.Clustering.Certificates;
using Platform.Core.Security;
using Platform.Core.Security.Certificates;
using Platform.Grains.Security;

namespace Platform.Api.Tests.Security;

/// <summary>The audit log by syslog, with a real socket at the other end.</summary>
public sealed class SyslogTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("syslog-").FullName;

    [Fact]
    public async Task Messages_are_datagrams_over_UDP_and_over_a_local_socket()
    {
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var local = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        local.Bind(new UnixDomainSocketEndPoint(Path.Combine(_directory, "log")));
        using var limit = new CancellationTokenSource(Patience);

        foreach (var (socket, target) in new[] { (udp, $"udp://127.0.0.1:{((IPEndPoint)udp.LocalEndPoint!).Port}"), (local, $"unix:{_directory}/log") })
        {
            using var sender = new SyslogSender(Target(target), null);
            await sender.SendAsync(["<109>1 first", "<109>1 \u00e4"], limit.Token);
            var buffer = new byte[1024];
            Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)).ShouldBe("<109>1 first");
            Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)).ShouldBe("<109>1 \u00e4");
        }
    }

    [Fact]
    public async Task Over_TLS_they_go_to_whom_the_authority_vouches_for_and_to_nobody_else()
    {
        using var authority = CertificateAuthority.Create(AuthorityScope.Everything, DateTimeOffset.UtcNow);
        using var stranger = CertificateAuthority.Create(AuthorityScope.Everything, DateTimeOffset.UtcNow);
        using var certificate = authority.IssueForServer(["127.0.0.1"], DateTimeOffset.UtcNow);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = Target($"tls://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var limit = new CancellationTokenSource(Patience);

        var received = ReceiveAsync();
        using (var sender = new SyslogSender(target, authority.Certificate))
            await sender.SendAsync(["<109>1 secret"], limit.Token);
        (await received).ShouldBe("13 <109>1 secret");

        received = ReceiveAsync();
        using (var sender = new SyslogSender(target, stranger.Certificate))
            await Should.ThrowAsync<IOException>(sender.SendAsync(["<109>1 secret"], limit.Token));
        (await received).ShouldBe("");

        async Task<string> ReceiveAsync()
        {
            using var client = await listener.AcceptTcpClientAsync(limit.Token);
            await using var stream = new SslStream(client.GetStream());
            try
            {
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, limit.Token);
                // To its end and not to that of the connection, which nobody takes leave of.
                var message = new byte["13 <109>1 secret".Length];
                await stream.ReadExactlyAsync(message, limit.Token);
                return Encoding.UTF8.GetString(message);
            }
            catch (Exception failure) when (failure is IOException or AuthenticationException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task Each_line_arrives_once_the_syslog_answers_also_those_that_were_written_while_it_was_away()
    {
        // Nobody listens there yet.
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        var server = new SecureServer { Tuning = options => options.Audit.Syslog = Target($"tcp://127.0.0.1:{port}") };
        await server.InitializeAsync();
        try
        {
            (await server.SendAsync("PUT", "/acs/api/v1/groups/first", server.Root, "{}")).Status.ShouldBe(HttpStatusCode.Created);
            listener.Start();
            using var limit = new CancellationTokenSource(Patience);
            using (var client = await listener.AcceptTcpClientAsync(limit.Token))
            {
                var lines = new List<string>();
                while (!lines.Exists(line => line.Contains("PUT /acs/api/v1/groups/first", StringComparison.Ordinal) && line.Contains(" answered ", StringComparison.Ordinal)))
                    lines.Add(await ReadAsync(client.GetStream(), limit.Token));
                lines[^1].ShouldStartWith("<109>1 ");
                lines.ShouldContain(line => line.Contains(" login ", StringComparison.Ordinal) && line.Contains("user root", StringComparison.Ordinal));
                // They are the lines of the log, and so is the chain of their hashes.
                AuditChain.Verify(lines.Select(line => line[line.IndexOf('{', StringComparison.Ordinal)..]), out _).ShouldBeNull();
            }

            // The connection has broken: the next lines come over another one, and a refusal is a warning.
            (await server.SendAsync("PUT", "/acs/api/v1/groups/second", "no-token", "{}")).Status.ShouldBe(HttpStatusCode.Unauthorized);
            using (var client = await listener.AcceptTcpClientAsync(limit.Token))
            {
                string line;
                do
                    line = await ReadAsync(client.GetStream(), limit.Token);
                while (!line.Contains("groups/second", StringComparison.Ordinal));
                line.ShouldStartWith("<108>1 ");
                line.ShouldContain(" refused ");
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static SyslogTarget Target(string text) => SyslogTarget.TryParse(text, out var target, out var problem) ? target : throw new ArgumentException(problem);

    // LENGTH MESSAGE
    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var length = 0;
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one, cancellation);
            if (one[0] == ' ')
                break;
            length = (length * 10) + one[0] - '0';
        }
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return Encoding.UTF8.GetString(bytes);
    }
}
