using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Grains.Apps;

namespace Platform.Grains.Tests.Apps;

/// <summary>Metrics are read from a real socket, whatever is at its other end.</summary>
public sealed class HttpMetricSourceTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HttpMetricSource _source = new(NullLogger<HttpMetricSource>.Instance);

    public HttpMetricSourceTests() => _listener.Start();

    public void Dispose()
    {
        _source.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task The_text_of_an_answer_is_returned_and_the_path_is_the_one_that_was_asked_for()
    {
        var (text, request) = await ReadAsync((stream, _) => WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nload 3\n"), "/custom?x=1");
        text.ShouldBe("load 3\n");
        request.ShouldStartWith("GET /custom?x=1 HTTP/1.1\r\n");
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 7\r\n\r\nload 3\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("this is not HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nload 3\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=no-such\r\nContent-Length: 7\r\n\r\nload 3\n")]
    [InlineData("")]
    public async Task An_answer_that_is_none_counts_as_not_read(string answer) =>
        (await ReadAsync((stream, _) => WriteAsync(stream, answer))).Text.ShouldBeNull();

    [Fact]
    public async Task Bytes_that_are_no_text_do_no_harm()
    {
        var (text, _) = await ReadAsync(async (stream, _) =>
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            await stream.WriteAsync(new byte[] { 0xFF, 0x00, 0xC3, 0x28, 0x0A });
        });
        text.ShouldNotBeNull();
        Core.Apps.PrometheusText.Sum(text, "load").ShouldBeNull();
    }

    [Fact]
    public async Task An_instance_that_does_not_answer_is_given_up()
    {
        var (text, _) = await ReadAsync((_, gone) => gone);
        text.ShouldBeNull();
    }

    [Fact]
    public async Task An_instance_that_answers_drop_by_drop_is_given_up()
    {
        var (text, _) = await ReadAsync(async (stream, gone) =>
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            using var drops = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (!gone.IsCompleted && await drops.WaitForNextTickAsync())
                await WriteAsync(stream, "2\r\n#\n\r\n");
        });
        text.ShouldBeNull();
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up_at_a_megabyte()
    {
        var written = 0L;
        var line = new byte[64 * 1024];
        Array.Fill(line, (byte)'#');
        var (text, _) = await ReadAsync(async (stream, _) =>
        {
            await WriteAsync(stream, "HTTP/1.1 200 OK\r\n\r\n");
            while (true)
            {
                await stream.WriteAsync(line);
                written += line.Length;
            }
        });
        text.ShouldBeNull();
        // 1 MB, and what the sockets of both ends hold.
        written.ShouldBeLessThan(32 * 1024 * 1024);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_counts_as_not_read()
    {
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _listener.Stop();
        (await _source.ReadAsync("127.0.0.1", port, "/metrics")).ShouldBeNull();
        (await _source.ReadAsync("no.such.host.invalid", 80, "/metrics")).ShouldBeNull();
    }

    /// <summary>Reads from a server that does this with the first connection, after the head of the request has come.</summary>
    private async Task<(string? Text, string Request)> ReadAsync(Func<NetworkStream, Task, Task> answer, string path = "/metrics")
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var served = ServeAsync(answer, gone.Task);
        var text = await _source.ReadAsync("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, path);
        gone.SetResult();
        return (text, await served);
    }

    private async Task<string> ServeAsync(Func<NetworkStream, Task, Task> answer, Task gone)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        var buffer = new byte[8192];
        var request = "";
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
            request += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        try
        {
            await answer(stream, gone);
        }
        catch (IOException)
        {
            // The reader has given up.
        }
        return request;
    }

    private static Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();
}
