using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Platform.Client;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.EndToEnd.Tests.Harness;
using Platform.Tests.Hosting;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Security;

/// <summary>The real program over HTTPS.</summary>
public sealed class TlsTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TestDirectory directory = new();
    private readonly string url = $"https://127.0.0.1:{FreePorts.Take()}";

    [Fact]
    public async Task A_fingerprint_is_enough_to_log_in_and_a_token_is_enough_for_an_agent_to_join()
    {
        string fingerprint;
        await using (var server = Start("--tls", "--auth", "on"))
        {
            var line = await server.LineAsync(one => one.Contains("login --ca", StringComparison.Ordinal), Patience);
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            (fingerprint, var code) = (words[Array.IndexOf(words, "--ca") + 1], words[Array.IndexOf(words, "--code") + 1]);

            // Nobody is told the password or the code who cannot show the authority.
            var untrusted = await RunAsync("login", "--code", code);
            untrusted.ExitCode.ShouldBe(4);
            untrusted.Error.ShouldContain("--ca");
            var wrong = await RunAsync("login", "--code", code, "--ca", "sha256:" + new string('a', 64));
            wrong.ExitCode.ShouldBe(4);
            wrong.Error.ShouldContain(fingerprint);
            await DoneAsync("login", "--code", code, "--ca", fingerprint);

            // From here on the authority of the login counts.
            (await DoneAsync("cluster", "ca", "--fingerprint")).Output.Trim().ShouldBe(fingerprint);
            var pem = directory.Write("ca.pem", (await DoneAsync("cluster", "ca")).Output);
            using (var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(pem)))
                ("sha256:" + Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))).ShouldBe(fingerprint);
            await DoneAsync("app", "list", "--ca", pem);

            var token = directory.Write("token", (await DoneAsync("token", "agent", "node")).Output.Trim());
            string[] arguments = ["agent", "--token-file", token, "--name", "node", "--resources", "cpus:1;mem:512;disk:100;ports:[31000-31009]", "--docker", "none"];
            await using var plain = RunningProcess.Start("agent without TLS", directory.Path, [.. arguments, "--master", url.Replace("https", "http", StringComparison.Ordinal), "--work-dir", directory.Of("plain")]);
            await plain.LineAsync(one => one.Contains("for HTTPS only", StringComparison.Ordinal), Patience);
            await using var stranger = RunningProcess.Start("agent that trusts another", directory.Path, [.. arguments, "--master", url, "--work-dir", directory.Of("stranger"), "--ca", "sha256:" + new string('b', 64)]);
            await stranger.LineAsync(one => one.Contains("does not have the certificate authority", StringComparison.Ordinal), Patience);
            await using var agent = RunningProcess.Start("agent", directory.Path, [.. arguments, "--master", url, "--work-dir", directory.Of("agent")]);
            await agent.LineAsync(one => one.Contains("Registered with https", StringComparison.Ordinal), Patience);
            await DoneAsync("app", "add", directory.Write("app.json", """{"id":"/web","cmd":"echo encrypted; sleep 1000","cpus":0.01,"mem":8}"""), "--wait");
            (await DoneAsync("app", "logs", "/web")).Output.ShouldContain("encrypted");

            // Who speaks HTTP is told what is spoken here.
            using var http = new HttpClient();
            using var answer = await http.GetAsync(url.Replace("https", "http", StringComparison.Ordinal) + "/ping");
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("https://");
            output.WriteLine(agent.Log);
        }

        // The authority is the same after a restart: what was trusted still is.
        await using (var server = Start("--tls", "--auth", "on"))
        {
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            (await DoneAsync("app", "list")).Output.ShouldContain("/web");
            (await DoneAsync("cluster", "ca", "--fingerprint")).Output.Trim().ShouldBe(fingerprint);
        }
    }

    [Fact]
    public async Task A_certificate_that_was_given_is_read_again_when_it_changes()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var first = SelfSigned(key);
        using var second = SelfSigned(key);
        var (file, keyFile) = (directory.Write("server.pem", first.ExportCertificatePem()), directory.Write("server.key", key.ExportPkcs8PrivateKeyPem()));
        await using var server = Start("--tls-certificate", file, "--tls-key", keyFile);
        await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
        // The agent in the same process is not kept out by a name that the certificate does not have.
        await server.LineAsync(one => one.Contains("Registered with https", StringComparison.Ordinal), Patience);

        (await ShownAsync()).ShouldBe(first.Thumbprint);
        await File.WriteAllTextAsync(file, "half of it");
        await server.LineAsync(one => one.Contains("the one before stays", StringComparison.Ordinal), Patience);
        (await ShownAsync()).ShouldBe(first.Thumbprint);
        await File.WriteAllTextAsync(file, second.ExportCertificatePem());
        for (var until = DateTime.UtcNow + Patience; await ShownAsync() != second.Thumbprint; await Task.Delay(100))
            DateTime.UtcNow.ShouldBeLessThan(until, server.Log);

        using var client = new PlatformClient(new() { Url = new Uri($"https://localhost:{new Uri(url).Port}"), Trust = ClusterTrust.OfAuthorities(second.ExportCertificatePem()) });
        (await client.Agents.ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Silos_of_a_cluster_share_one_authority_and_one_without_its_key_does_not_start()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = StartSilo(redis, "secrets.key");
        await using var second = StartSilo(redis, "secrets.key");
        var lines = await Task.WhenAll(new[] { first, second }.Select(silo => silo.LineAsync(one => one.Contains("know the cluster by --ca", StringComparison.Ordinal), Patience)));
        lines[1].ShouldBe(lines[0]);

        await using var third = StartSilo(redis, "another.key");
        await third.EndAsync(Patience);
        third.ExitCode.ShouldBe(6);
        third.Log.ShouldContain("stored under another key");
    }

    [Fact]
    public async Task Silos_talk_by_mutual_tls_and_to_nobody_whose_certificate_is_not_of_their_authority()
    {
        await using var cluster = await Cluster.StartSilosAsync(output, 2, "--cluster-tls", "on", "--secret-key-file", SharedKey("secrets.key"));
        cluster.StartAgent("first");
        await cluster.DeployAsync("""{"id":"/web","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":2}""");
        // Grains are on both silos: either answers for all only if they talk.
        foreach (var silo in cluster.Silos)
        {
            await cluster.TalkToAsync(silo);
            await cluster.RunningAsync("/web", 2);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = SelfSigned(key);
        foreach (var port in cluster.Silos.SelectMany(silo => new[] { silo.SiloPort, silo.GatewayPort }))
        {
            (await IsServedAsync(port, null)).ShouldBeFalse();
            (await IsServedAsync(port, stranger)).ShouldBeFalse();
        }

        // One of the two goes on alone.
        await cluster.TalkToAsync(cluster.Silos[0]);
        await cluster.Silos[1].Process.KillAsync();
        // Until it knows that it is alone, it answers some changes with 503, and they are sent again.
        DeploymentHandle? scaled = null;
        await cluster.UntilAsync("the one that is left takes a change", async () =>
        {
            scaled = await cluster.Client.Apps.Get("/web").ScaleAsync(3, new ChangeOptions { Force = true });
            return true;
        });
        await cluster.SucceededAsync(scaled!);
        await cluster.RunningAsync("/web", 3);
    }

    public void Dispose() => directory.Dispose();

    // A silo that takes a connection says who it is at once, or waits; one that does not ends it.
    private static async Task<bool> IsServedAsync(int port, X509Certificate2? certificate)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
#pragma warning disable CA5359 // It is the server that judges here.
        await using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "silo", ClientCertificates = certificate is null ? [] : [certificate] }, limit.Token);
            return await tls.ReadAsync(new byte[1], limit.Token) > 0;
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private RunningProcess StartSilo(RedisServer redis, string keyFile) => RunningProcess.Start("silo with " + keyFile, directory.Path,
    [
        "silo", "--tls", "--auth", "off", "--no-dns", "--redis", redis.Address, "--cluster", "tls", "--secret-key-file", SharedKey(keyFile),
        "--port", $"{FreePorts.Take()}", "--silo-port", $"{FreePorts.Take()}", "--gateway-port", $"{FreePorts.Take()}",
    ]);

    // An operator gives all silos the same file.
    private string SharedKey(string name)
    {
        var file = directory.Of(name);
        if (!File.Exists(file))
            File.WriteAllText(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        return file;
    }

    private RunningProcess Start(params string[] options) => RunningProcess.Start(
        "control plane", directory.Path, ["dev", "--port", $"{new Uri(url).Port}", "--data", directory.Of("data"), "--agents", options.Contains("--auth") ? "0" : "1", "--docker", "none", "--no-dns", .. options]);

    private async Task<string> ShownAsync()
    {
        var shown = "";
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            {
                shown = certificate!.Thumbprint;
                return true;
            },
        };
        using var http = new HttpClient(handler);
        (await http.GetStringAsync(url + "/ping")).ShouldContain("pong");
        return shown;
    }

    private static X509Certificate2 SelfSigned(ECDsa key)
    {
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task<CommandResult> DoneAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result;
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => Executable.RunAsync(
        directory.Path, [.. arguments, "--url", url], ("XDG_CONFIG_HOME", directory.Of("home")), ("PLATFORM_PASSWORD", "correct horse"));
}
