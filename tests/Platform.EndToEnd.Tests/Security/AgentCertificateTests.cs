using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Security;

/// <summary>Real agents that join with a token once, and are known by their certificates from then on.</summary>
public sealed class AgentCertificateTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TestDirectory directory = new();
    private readonly string url = $"https://127.0.0.1:{FreePorts.Take()}";

    [Fact]
    public async Task An_agent_joins_with_its_token_goes_on_with_its_certificate_renews_that_and_is_kept_out_when_it_is_revoked()
    {
        var server = Start();
        try
        {
            var fingerprint = await LogInAsync(server);
            var token = directory.Write("token", (await DoneAsync("token", "agent", "node")).Output.Trim());
            var work = directory.Of("node");
            var certificate = Path.Combine(work, "certificate.pem");
            await using (var agent = StartAgent("node", "--token-file", token))
                await agent.LineAsync(one => one.Contains("Registered with https", StringComparison.Ordinal), Patience);
            File.GetUnixFileMode(certificate).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var id = File.ReadAllText(Path.Combine(work, "agent-id")).Trim();
            using (var first = X509Certificate2.CreateFromPemFile(certificate))
                first.Subject.ShouldBe("CN=" + id);
            // What left the machine was signed with the key, and did not have it.
            server.Log.ShouldNotContain("PRIVATE");

            // The certificate alone is enough, and is renewed by an agent that has nothing else.
            await using var certified = StartAgent("node", "--ca", fingerprint);
            await certified.LineAsync(one => one.Contains("Registered with https", StringComparison.Ordinal), Patience);
            await certified.LineAsync(one => one.Contains("has a certificate until", StringComparison.Ordinal), Patience);

            // Who has the token does not become that agent, and cannot get its certificate.
            Directory.CreateDirectory(directory.Of("impostor"));
            File.WriteAllText(Path.Combine(directory.Of("impostor"), "agent-id"), id + "\n");
            await using (var impostor = StartAgent("impostor", "--token-file", token))
            {
                await impostor.LineAsync(one => one.Contains("renews it with that one alone", StringComparison.Ordinal), Patience);
                await impostor.LineAsync(one => one.Contains("a token alone is not enough", StringComparison.Ordinal), Patience);
            }
            File.Exists(Path.Combine(directory.Of("impostor"), "certificate.pem")).ShouldBeFalse();
            (await DoneAsync("app", "add", directory.Write("app.json", """{"id":"/web","cmd":"sleep 1000","cpus":0.01,"mem":8}"""), "--wait")).ExitCode.ShouldBe(0);

            await DoneAsync("agent", "revoke", "node");
            await certified.LineAsync(one => one.Contains("was revoked", StringComparison.Ordinal), Patience);
            await UntilAsync(async () => (await DoneAsync("agent", "list", "--json")).Output.Contains("unreachable", StringComparison.OrdinalIgnoreCase));
            await certified.KillAsync();

            // Over a restart, with the certificate and with a token.
            await server.KillAsync();
            await server.DisposeAsync();
            server = Start();
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            await using var again = StartAgent("node", "--token-file", token);
            await again.LineAsync(one => one.Contains("with this certificate", StringComparison.Ordinal) || one.Contains("was revoked", StringComparison.Ordinal), Patience);
            again.Log.ShouldNotContain("Registered with");

            // With an empty folder it is another agent, as it was told.
            await using var another = StartAgent("another", "--token-file", token);
            await another.LineAsync(one => one.Contains("Registered with https", StringComparison.Ordinal), Patience);
        }
        finally
        {
            output.WriteLine(server.Log);
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_agent_of_before_is_let_in_with_a_token_unless_the_cluster_requires_certificates()
    {
        string token;
        await using (var server = Start())
        {
            await LogInAsync(server);
            token = (await DoneAsync("token", "agent", "old")).Output.Trim();
            (await RegisterWithoutCertificateAsync(token)).ShouldContain("\"registered\"");
        }
        await using (var server = Start("--require-agent-certificates"))
        {
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            (await RegisterWithoutCertificateAsync(token)).ShouldContain("with a certificate only");
            await using var agent = StartAgent("new", "--token-file", directory.Write("token", token));
            await agent.LineAsync(one => one.Contains("Registered with https", StringComparison.Ordinal), Patience);
            output.WriteLine(server.Log);
        }
    }

    public void Dispose() => directory.Dispose();

    // As agents spoke before there were certificates.
    private async Task<string> RegisterWithoutCertificateAsync(string token)
    {
        using var socket = new ClientWebSocket();
#pragma warning disable CA5359 // It is the server that judges here.
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(new(url.Replace("https", "wss", StringComparison.Ordinal) + "/api/agents/session"), limit.Token);
        await socket.SendAsync(
            """{"register":{"protocol":1,"address":"127.0.0.1","attributes":"","version":"0.1.0","agentId":"old-agent","name":"old","hostname":"old","run":"1","resources":"cpus:1"}}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    // The shortest life but one: renewed after some 13 seconds.
    private RunningProcess Start(params string[] more) => RunningProcess.Start(
        "control plane", directory.Path,
        ["dev", "--port", $"{new Uri(url).Port}", "--data", directory.Of("data"), "--agents", "0", "--tls", "--auth", "on", "--no-dns", "--agent-certificate-life", "20", .. more]);

    private RunningProcess StartAgent(string name, params string[] more) => RunningProcess.Start(
        name, directory.Path, ["agent", "--master", url, "--work-dir", directory.Of(name), "--name", name, "--resources", "cpus:1;mem:512;disk:100;ports:[31000-31009]", "--docker", "none", .. more]);

    private async Task<string> LogInAsync(RunningProcess server)
    {
        var line = await server.LineAsync(one => one.Contains("login --ca", StringComparison.Ordinal), Patience);
        await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var fingerprint = words[Array.IndexOf(words, "--ca") + 1];
        await DoneAsync("login", "--code", words[Array.IndexOf(words, "--code") + 1], "--ca", fingerprint);
        return fingerprint;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
            await Task.Delay(200, limit.Token);
    }

    private async Task<CommandResult> DoneAsync(params string[] arguments)
    {
        var result = await Executable.RunAsync(directory.Path, [.. arguments, "--url", url], ("XDG_CONFIG_HOME", directory.Of("home")), ("PLATFORM_PASSWORD", "correct horse"));
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result;
    }
}
