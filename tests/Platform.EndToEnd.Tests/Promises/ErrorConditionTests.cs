using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>What the surroundings and strangers can do wrong: a clear error, nothing half done, and other work goes on.</summary>
public sealed class ErrorConditionTests(ITestOutputHelper output)
{
    private const string App = """{"id":"/app","cmd":"exec sleep 100000","cpus":0.1,"mem":16}""";

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var directory = new TestDirectory();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var result = await Executable.RunAsync(directory.Path, ["dev", "--agents", "0", "--port", $"{port}"]);
        result.ExitCode.ShouldBe(6);
        result.Error.ShouldContain($"platform: port {port} on 127.0.0.1 is taken");
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var result = await Executable.RunAsync(cluster.Directory.Path, ["dev", "--agents", "0", "--port", "0", "--data", cluster.Directory.Of("data")]);
        result.ExitCode.ShouldBe(6);
        result.Error.ShouldContain($"in use by another process (pid {cluster.Server.Id})");
        await cluster.DeployAsync(App);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("truncated")]
    [InlineData("overwritten")]
    [InlineData("scrambled")]
    public async Task A_damaged_database_is_refused_and_left_as_it_is(string damage)
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync(App);
        await cluster.Server.TerminateAsync();
        cluster.Server.ExitCode.ShouldBe(0);
        var file = Path.Combine(cluster.Directory.Of("data"), "platform.db");
        var content = await File.ReadAllBytesAsync(file);
        var damaged = damage switch
        {
            "empty" => [],
            "truncated" => content[..(content.Length / 2 + 100)],
            // Its first page, and so its header and its length, is as it should be.
            "scrambled" => [.. content[..4096], .. content[4096..].Select(one => (byte)~one)],
            _ => [.. Encoding.ASCII.GetBytes("this is not a database, it is a letter "), .. content[39..]],
        };
        await File.WriteAllBytesAsync(file, damaged);

        var result = await Executable.RunAsync(cluster.Directory.Path, ["dev", "--agents", "0", "--port", "0", "--data", cluster.Directory.Of("data")]);
        result.ExitCode.ShouldBe(6, result.Error);
        result.Error.ShouldContain("platform.db");
        (await File.ReadAllBytesAsync(file)).ShouldBe(damaged);

        // With the file mended, everything is there.
        await File.WriteAllBytesAsync(file, content);
        await cluster.StartServerAsync();
        (await cluster.RunningAsync("/app", 1)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_written_is_named()
    {
        using var directory = new TestDirectory();
        // A file where a folder should be, which stops root too.
        directory.Write("file", "");
        var result = await Executable.RunAsync(directory.Path, ["dev", "--agents", "0", "--port", "0", "--data", "file/data"]);
        result.ExitCode.ShouldBe(6);
        result.Error.ShouldContain($"cannot make the data directory {directory.Of("file/data")}");
        result.Error.ShouldContain("--data");
    }

    [Fact]
    public async Task A_malformed_session_message_ends_that_session_only()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync(App);
        var before = (await cluster.ProcessesAsync("/app", 1)).Select(process => process.Id).ToArray();
        foreach (var message in new[] { "{", "[]", "null", "\"register\"", """{"register":{"agentId":5}}""", """{"heartbeat":{}}""", """{"updates":[{}]}""" })
        {
            using var socket = new ClientWebSocket();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await socket.ConnectAsync(new Uri($"{cluster.Url.Replace("http:", "ws:", StringComparison.Ordinal)}/api/agents/session"), limit.Token);
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
            await EndedAsync(socket, limit.Token);
        }

        // The real agent did not notice.
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/app").ScaleAsync(2));
        cluster.ProcessesOf("/app", "sleep").Select(process => process.Id).ShouldContain(before.ShouldHaveSingleItem());
    }

    [Fact]
    public async Task An_oversized_or_too_deep_request_is_refused_and_the_next_one_served()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        // The limit is 16 MiB.
        using var large = new StringContent($$"""{"id":"/large","cmd":"{{new string('x', 17 * 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
        // Asking first lets the refusal arrive before the body is sent.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/apps") { Content = large, Headers = { ExpectContinue = true } };
        using var tooLarge = await http.SendAsync(request);
        tooLarge.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using var deep = new StringContent(new string('[', 100_000), Encoding.UTF8, "application/json");
        using var tooDeep = await http.PostAsync("/v2/apps", deep);
        tooDeep.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await cluster.Client.Apps.ListAsync()).ShouldBeEmpty();
        await cluster.DeployAsync(App);
    }

    private static async Task EndedAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[4096];
            while ((await socket.ReceiveAsync(buffer, cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
        }
    }
}
