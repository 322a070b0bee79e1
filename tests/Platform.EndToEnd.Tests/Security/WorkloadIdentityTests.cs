using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Security;

/// <summary>A real process that proves to the control plane who it is, with the token that its agent gives it.</summary>
public sealed class WorkloadIdentityTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TestDirectory directory = new();
    private readonly string url = $"http://127.0.0.1:{FreePorts.Take()}";

    [Fact]
    public async Task A_task_reads_its_token_and_is_let_in_by_the_right_of_its_app_until_it_ends()
    {
        var server = Start();
        try
        {
            var line = await server.LineAsync(one => one.Contains("login --code", StringComparison.Ordinal), Patience);
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            await DoneAsync("login", "--code", line[(line.IndexOf("--code", StringComparison.Ordinal) + 6)..].Trim());
            await DoneAsync("app", "add", Definition());

            // It is known who asks, and that it may not.
            var sandbox = Path.GetDirectoryName(await SoonAsync(() => Directory.Exists(directory.Of("data"))
                ? Directory.EnumerateFiles(directory.Of("data"), "status", new EnumerationOptions { RecurseSubdirectories = true }).FirstOrDefault() : null))!;
            await SoonAsync(() => Status(sandbox) is ("403", _) ? "" : null);
            (await RunAsync("audit")).Output.ShouldContain("task app:/shop/web/");
            await DoneAsync("grant", "app:/shop", "viewer", "/shop");
            var first = await SoonAsync(() => Status(sandbox) is ("200", var token) ? token : null);
            Claims(first).GetProperty("sub").GetString()!.ShouldStartWith("app:/shop/web/");
            Claims(first).GetProperty("aud").GetString().ShouldBe("platform");

            // Nobody but the task's user reads the file; nothing of the token is on the disk, and no read of the sandbox shows it.
            var file = Path.Combine(sandbox, ".identity", "token");
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var taskId = Claims(first).GetProperty("task_id").GetString();
            var read = await GetAsync(await RootTokenAsync(), $"/api/agents/{Claims(first).GetProperty("agent_id").GetString()}/tasks/{taskId}/files?path=.identity/token");
            read.Status.ShouldNotBe(HttpStatusCode.OK);
            read.Text.ShouldNotContain("eyJ");

            // By the socket the task got one for somebody else; a process that is not the task's gets none.
            var vault = await SoonAsync(() => File.Exists(Path.Combine(sandbox, "vault")) ? File.ReadAllText(Path.Combine(sandbox, "vault")) : null);
            vault.ShouldStartWith("200 ");
            Claims(JsonElement.Parse(vault[4..]).GetProperty("token").GetString()!).GetProperty("aud").GetString().ShouldBe("vault");
            (await AskSocketAsync(new FileInfo(Path.GetDirectoryName(file)!).ResolveLinkTarget(returnFinalTarget: true)!.FullName + "/agent.sock")).ShouldStartWith("HTTP/1.1 403 ");

            // It is renewed while the task runs, also by an agent that was killed and started anew.
            var second = await SoonAsync(() => Status(sandbox) is ("200", var token) && token != first ? token : null);
            await server.KillAsync();
            await server.DisposeAsync();
            server = Start();
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            var third = await SoonAsync(() => Status(sandbox) is ("200", var token) && token != second && Claims(token).GetProperty("iat").GetInt64() > Claims(second).GetProperty("iat").GetInt64() ? token : null);
            Claims(third).GetProperty("task_id").GetString().ShouldBe(taskId);

            // With the task its token goes, before its time.
            (await GetAsync(third, "/v2/apps/shop/web")).Status.ShouldBe(HttpStatusCode.OK);
            await DoneAsync("app", "remove", "/shop/web", "--wait");
            await SoonAsync(() => File.Exists(file) ? null : "");
            // Who was there is believed to be there for a second.
            using var limit = new CancellationTokenSource(Patience);
            var gone = await GetAsync(third, "/v2/apps/shop/web");
            while (gone.Status != HttpStatusCode.Unauthorized)
            {
                await Task.Delay(100, limit.Token);
                gone = await GetAsync(third, "/v2/apps/shop/web");
            }
            gone.Text.ShouldContain($"the task {taskId} has ended");
        }
        finally
        {
            output.WriteLine(server.Log);
            await server.DisposeAsync();
        }
    }

    public void Dispose() => directory.Dispose();

    private RunningProcess Start() => RunningProcess.Start(
        "control plane", directory.Path, ["dev", "--port", $"{new Uri(url).Port}", "--data", directory.Of("data"), "--auth", "on", "--no-dns"]);

    // Ten seconds are the shortest life: a token is renewed each five.
    private string Definition()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Security", "workload.py");
        var path = directory.Of("web.json");
        File.WriteAllText(path, $$"""
            {"id":"/shop/web","cmd":"exec python3 {{script}} {{url}}/v2/apps/shop/web","cpus":0.01,"mem":64,"platform":{"identity":{"lifetimeSeconds":10} } }
            """);
        return path;
    }

    private static (string Status, string Token) Status(string sandbox) => File.ReadAllText(Path.Combine(sandbox, "status")).Split(' ') is [var status, var token] ? (status, token) : ("", "");

    private static JsonElement Claims(string token)
    {
        var text = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonElement.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))));
    }

    private async Task<string> RootTokenAsync()
    {
        using var http = new HttpClient { BaseAddress = new(url) };
        using var content = new StringContent("""{"uid":"root","password":"correct horse"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/acs/api/v1/auth/login", content);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("token").GetString()!;
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string token, string path)
    {
        using var http = new HttpClient { BaseAddress = new(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> AskSocketAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("GET /token?audience=vault HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        return await new StreamReader(stream).ReadToEndAsync();
    }

    private static async Task<string> SoonAsync(Func<string?> look)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (look() is { } found)
                return found;
            await Task.Delay(50, limit.Token);
        }
    }

    private async Task DoneAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => Executable.RunAsync(
        directory.Path, [.. arguments, "--url", url], ("XDG_CONFIG_HOME", directory.Of("home")), ("PLATFORM_PASSWORD", "correct horse"));
}
