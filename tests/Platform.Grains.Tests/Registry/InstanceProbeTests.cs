using System.Net;
using System.Net.Sockets;
using System.Text;
using Platform.Grains.Registry;

namespace Platform.Grains.Tests.Registry;

/// <summary>Looks at sockets of this process.</summary>
public sealed class InstanceProbeTests
{
    [Theory]
    [InlineData("200 OK", null)]
    [InlineData("302 Found", null)]
    [InlineData("404 Not Found", "answered 404")]
    [InlineData("503 Service Unavailable", "answered 503")]
    [InlineData(null, "no answer within 0.2 s")]
    public async Task An_HTTP_check_goes_by_the_status(string? status, string? problem)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var probe = new InstanceProbe(TimeProvider.System);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var looking = probe.LookAsync("127.0.0.1", new() { IsHttp = true, Port = port, Path = "/health?full=1", TimeoutSeconds = status is null ? 0.2 : 30 }, CancellationToken.None);
        using var connection = await listener.AcceptTcpClientAsync();
        if (status is not null)
        {
            using var reader = new StreamReader(connection.GetStream(), leaveOpen: true);
            (await reader.ReadLineAsync()).ShouldBe("GET /health?full=1 HTTP/1.1");
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
        }
        var told = await looking;
        if (problem is null)
            told.ShouldBeNull();
        else
            told.ShouldNotBeNull().ShouldEndWith(problem);
    }

    [Fact]
    public async Task A_TCP_check_connects()
    {
        using var probe = new InstanceProbe(TimeProvider.System);
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        (await probe.LookAsync("::1", new() { Port = port }, CancellationToken.None)).ShouldBeNull();
        // Bound, but nobody listens: nobody else gets the port.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        (await probe.LookAsync("127.0.0.1", new() { Port = ((IPEndPoint)bound.LocalEndPoint!).Port }, CancellationToken.None)).ShouldNotBeNull().ShouldContain("refused");
    }
}
