using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Platform.Api.Tests.Security;

/// <summary>
/// Bytes in the place of HTTP: broken request lines, headers, lengths and chunks, requests inside of others, other protocols, and chance. The server answers
/// with a refusal or not at all, never with a failure; nothing is done that is not in a request of its own. <c>PLATFORM_FUZZ_REQUESTS</c> and
/// <c>PLATFORM_FUZZ_SEED</c> as with <see cref="FuzzTests"/>; of connections there is a tenth.
/// </summary>
public sealed partial class RawFuzzTests(SecureServer server, ITestOutputHelper output) : IClassFixture<SecureServer>
{
    private const int AtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A server that waits for more is left alone after so long.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI", "get", "G E T", "", "\0", "GET\t", "VERYLONGMETHODNAMETHATNOBODYKNOWS", "\u00ff"];

    private static readonly string[] Targets =
    [
        "/", "/ping", "/v2/apps", "/v2/apps/bank/vault", "//", "*", "", "/\0", "/%", "/%zz", "/%00", "/%c0%ae%c0%ae/", "/..;/v2/apps", "/v2/apps/../../..", "http://other.example/v2/apps", "http://127.0.0.1/v2/apps/bank/vault",
        "https:///", "example.org:443", "/v2/apps#x", "/v2/apps?\r\nX: y", "/\u00e4", "/a\tb", "\\v2\\apps", "/v2\\apps", "?", "/./v2/./apps",
    ];

    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/3", "HTTP/9.9", "http/1.1", "HTTP/1.1 ", "", "HTTP/1.11", "RTSP/1.0"];

    private static readonly string[] Headers =
    [
        "Host: 127.0.0.1", "Host: a\r\nHost: b", "Host:", "Host: a b", "Content-Length: 5", "Content-Length: -1", "Content-Length: +5", "Content-Length: 5, 6", "Content-Length: 0x5", "Content-Length: 99999999999999999999",
        "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked", "Transfer-Encoding:\u000bchunked", "X: a\r\n folded", " X: y", "X", ": y", "X\0: y", "X: \0", "X: a\nY: b", "X: a\rY: b", "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "Expect: 100-continue", "Expect: nothing", "Range: bytes=0-,-1,5-2", "Accept-Encoding: gzip;q=nan, *;q=2", "Cookie: platform-session=; platform-session=a", "Authorization: Bearer ..",
        "Authorization: Basic !!!!", "Content-Type: application/json; charset=utf-99", "Content-Type: multipart/form-data; boundary=", "Content-Encoding: gzip", "If-None-Match: \"", "If-Modified-Since: yesterday", "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https", "Origin: null",
    ];

    private static readonly string[] Bodies = ["", "hello", "5\r\nhello\r\n0\r\n\r\n", "ffffffffffffffff\r\n", "-1\r\n\r\n", "0\r\n\r\nGET /ping HTTP/1.1\r\nHost: a\r\n\r\n", "5;ext=\"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", "5\nhello\n0\n\n", "{\"id\":\"/x\"}", "\0\0\0\0"];

    [Fact]
    public async Task Bytes_that_are_no_HTTP_fail_nothing_and_change_nothing()
    {
        var all = int.TryParse(Environment.GetEnvironmentVariable("PLATFORM_FUZZ_REQUESTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 4000;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PLATFORM_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var repeated) ? repeated : Random.Shared.Next();
        output.WriteLine($"PLATFORM_FUZZ_SEED={seed} PLATFORM_FUZZ_REQUESTS={all}");
        await AddVaultAsync();
        var before = await StateAsync();

        var problems = new List<string>();
        await Parallel.ForAsync(0, all / 10, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, _) =>
        {
            var bytes = Bytes(new Random(HashCode.Combine(seed, index)));
            var text = await ExchangeAsync(bytes);
            // 501 is Kestrel's word for an encoding that it does not know, 505 for a version.
            if (StatusLine().Matches(text).Select(line => int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture)).FirstOrDefault(status => status >= 500 && status is not (501 or 505)) is > 0 and var bad)
            {
                lock (problems)
                    problems.Add($"{bad}: {Printable(bytes)}");
            }
        });

        problems.Take(20).ShouldBeEmpty($"{problems.Count} of the seed {seed} failed");
        (await StateAsync()).ShouldBe(before);
        (await server.SendAsync("GET", "/ping", null)).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>What one server takes for the body of a request, another must not take for a second one (request smuggling).</summary>
    [Theory]
    [InlineData("both lengths", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("both lengths, the other way round", "POST /ping HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("two lengths", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: {length}\r\n\r\n{inner}")]
    [InlineData("two lengths in one", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: 0, {length}\r\n\r\n{inner}")]
    [InlineData("a space before the colon", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("a tab before the encoding", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("a vertical tab", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("a folded encoding", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("an encoding of no name", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("an encoding twice", "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("line ends of one byte in a chunk", "POST /ping HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\nxx\n0\n\n{inner}")]
    [InlineData("a chunk with an extension that has a line end", "POST /ping HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n{inner}")]
    [InlineData("a chunk of a number that is too large", "POST /ping HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n{inner}")]
    [InlineData("an upgrade that does not come", "GET /ping HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: {length}\r\n\r\n{inner}")]
    [InlineData("HTTP/1.0 with chunks", "POST /ping HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("the body of a read", "GET /ping HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{inner}")]
    public async Task A_request_inside_of_another_is_not_carried_out(string what, string shape)
    {
        await AddVaultAsync();
        var inner = $"DELETE /v2/apps/bank/vault HTTP/1.1\r\nHost: a\r\nAuthorization: token={server.Root}\r\n\r\n";
        // As whoever stands before us would count it: all that follows after the headers.
        var body = shape[(shape.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Replace("{inner}", inner, StringComparison.Ordinal);
        var bytes = Encoding.Latin1.GetBytes(shape.Replace("{inner}", inner, StringComparison.Ordinal).Replace("{length}", body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

        var text = await ExchangeAsync(bytes);

        StatusLine().Count(text).ShouldBeLessThanOrEqualTo(1, $"{what}: {text}");
        (await server.SendAsync("GET", "/v2/apps/bank/vault", server.Root)).Status.ShouldBe(HttpStatusCode.OK, what);
    }

    /// <summary>What is read generously by one server and strictly by another is how requests get inside of others.</summary>
    [Theory]
    [InlineData("Content-Length: +5\r\n\r\nhello")]
    [InlineData("Content-Length: -0\r\n\r\n")]
    [InlineData("Content-Length: +0\r\n\r\n")]
    [InlineData("content-length: 5 5\r\n\r\nhello")]
    [InlineData("Content-Length: 5, 5\r\n\r\nhello")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("Content-Length: 0x5\r\n\r\nhello")]
    [InlineData("Content-Length: 0000000000000000000000000000000000000005\r\n\r\nhello")]
    [InlineData("Content-Length: \r\n\r\n")]
    [InlineData("X: y\nContent-Length: 0\r\n\r\n")]
    [InlineData("X: y\n\n")]
    public async Task A_length_is_digits_said_once_and_a_line_ends_with_two_bytes(string rest)
    {
        (await ExchangeAsync(Encoding.Latin1.GetBytes("POST /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n" + rest), isAnswered: true)).ShouldStartWith("HTTP/1.1 400");
        (await ExchangeAsync(Encoding.Latin1.GetBytes("GET /ping HTTP/1.1\nHost: 127.0.0.1\n\n"), isAnswered: true)).ShouldStartWith("HTTP/1.1 400");
        // The same as it should be.
        (await ExchangeAsync(Encoding.Latin1.GetBytes("GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello"), isAnswered: true)).ShouldStartWith("HTTP/1.1 200");
    }

    [GeneratedRegex(@"^HTTP/1\.[01] (\d{3})", RegexOptions.Multiline)]
    private static partial Regex StatusLine();

    private static byte[] Bytes(Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                // Chance alone.
                var bytes = new byte[random.Next(1, 2000)];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                // The beginning of HTTP/2, and frames that are none.
                var frames = new byte[random.Next(200)];
                random.NextBytes(frames);
                return [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. frames];
            case 2:
                // The beginning of TLS.
                var hello = new byte[random.Next(5, 300)];
                random.NextBytes(hello);
                (hello[0], hello[1], hello[2]) = (22, 3, 1);
                return hello;
            case 3:
                return Encoding.Latin1.GetBytes($"GET /{new string('a', random.Next(70_000))} HTTP/1.1\r\nHost: a\r\n\r\n");
            case 4:
                return Encoding.Latin1.GetBytes($"GET /ping HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, random.Next(300)).Select(i => $"X{i}: {new string('v', random.Next(300))}\r\n"))}\r\n");
            default:
                var text = new StringBuilder();
                for (var request = random.Next(1, 4); request > 0; request--)
                {
                    text.Append(Pick(Methods)).Append(' ').Append(Pick(Targets)).Append(' ').Append(Pick(Versions)).Append(Pick(["\r\n", "\r\n", "\r\n", "\n", "\r", ""]));
                    for (var header = random.Next(6); header > 0; header--)
                        text.Append(Pick(Headers)).Append("\r\n");
                    text.Append("\r\n").Append(Pick(Bodies));
                }
                var made = Encoding.Latin1.GetBytes(text.ToString());
                // Some have a byte that is another one, some end too early.
                if (random.Next(3) == 0)
                    made[random.Next(made.Length)] = (byte)random.Next(256);
                return random.Next(5) == 0 ? made[..random.Next(made.Length)] : made;
        }

        string Pick(string[] from) => from[random.Next(from.Length)];
    }

    // Whether anything is answered, and how much, only silence tells; what certainly is, is waited for.
    private async Task<string> ExchangeAsync(byte[] bytes, bool isAnswered = false)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Http.BaseAddress!.Port, patience.Token);
        await using var stream = client.GetStream();
        var text = new StringBuilder();
        try
        {
            await stream.WriteAsync(bytes, patience.Token);
            var buffer = new byte[16 * 1024];
            while (true)
            {
                using var quiet = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
                quiet.CancelAfter(isAnswered && text.Length == 0 ? Patience : Quiet);
                var count = await stream.ReadAsync(buffer, quiet.Token);
                if (count == 0)
                    break;
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // It was cut off, or is waited for to say more.
        }
        return text.ToString();
    }

    private async Task AddVaultAsync()
    {
        if ((await server.SendAsync("GET", "/v2/apps/bank/vault", server.Root)).Status != HttpStatusCode.OK)
            (await server.SendAsync("POST", "/v2/apps", server.Root, """{"id":"/bank/vault","cmd":"sleep 1000","instances":0}""")).Status.ShouldBe(HttpStatusCode.Created);
    }

    private async Task<string> StateAsync()
    {
        var text = new StringBuilder();
        foreach (var path in (string[])["/v2/groups?embed=group.apps&embed=group.groups", "/api/jobs", "/api/secrets", "/api/limits", "/acs/api/v1/users", "/acs/api/v1/acls"])
            text.AppendLine((await server.SendAsync("GET", path, server.Root)).Text);
        return text.ToString();
    }

    private static string Printable(byte[] bytes) => new([.. Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 400)).Select(c => char.IsControl(c) && c is not ('\r' or '\n') ? '?' : c)]);
}
