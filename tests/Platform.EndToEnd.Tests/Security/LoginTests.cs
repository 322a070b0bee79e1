using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Security;

/// <summary>The real program with logins: from its first start to a team that deploys in its own group and nowhere else.</summary>
public sealed class LoginTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TestDirectory directory = new();
    private readonly string url = $"http://127.0.0.1:{FreePorts.Take()}";

    [Fact]
    public async Task A_deployer_of_one_group_deploys_there_and_is_refused_elsewhere_also_after_a_restart()
    {
        await using (var server = Start())
        {
            var line = await server.LineAsync(one => one.Contains("login --code", StringComparison.Ordinal), Patience);
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            var code = line[(line.IndexOf("--code", StringComparison.Ordinal) + 6)..].Trim();

            (await RunAsync("root", "app", "list")).Error.ShouldContain("platform login");
            (await RunAsync("root", "login", "--code", code)).Output.ShouldContain("root has logged in");
            (await RunAsync("mallory", "login", "mallory", "--code", code)).ExitCode.ShouldBe(1);
            await DoneAsync("root", "user", "add", "alice");
            await DoneAsync("root", "group", "add", "shop-team");
            await DoneAsync("root", "group", "join", "shop-team", "alice");
            await DoneAsync("root", "grant", "group:shop-team", "deployer", "/shop");
            await DoneAsync("alice", "login", "alice");

            // The agent in the same process has been let in, or nothing would run.
            await DoneAsync("alice", "app", "add", File("shop", "/shop/web"), "--wait");
            var refused = await RunAsync("alice", "app", "add", File("bank", "/bank/web"));
            refused.ExitCode.ShouldBe(1);
            refused.Error.ShouldContain("user alice has no permission to create dcos:service:marathon:marathon:services:/bank/web");
            (await RunAsync("alice", "app", "logs", "/shop/web")).Output.ShouldContain("ready to sell");
            (await RunAsync("alice", "user", "list")).Error.ShouldContain("no permission to read dcos:adminrouter:acs");
        }

        await using (var server = Start())
        {
            await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);
            (await RunAsync("alice", "app", "list")).Output.ShouldContain("/shop/web");
            await DoneAsync("root", "revoke", "group:shop-team", "deployer", "/shop");
            (await RunAsync("alice", "app", "list")).Output.ShouldNotContain("/shop/web");
            (await RunAsync("alice", "app", "remove", "/shop/web")).Error.ShouldContain("no permission to delete");
            await DoneAsync("root", "app", "remove", "/shop/web", "--wait");
            (await RunAsync("root", "audit")).Output.ShouldContain("has no permission to create dcos:service:marathon:marathon:services:/bank/web");
            (await RunAsync("root", "audit", "verify")).Output.ShouldContain("are as they were written");
            await DoneAsync("alice", "logout");
            (await RunAsync("alice", "app", "list")).Error.ShouldContain("platform login");
            output.WriteLine(server.Log);
        }
    }

    public void Dispose() => directory.Dispose();

    private RunningProcess Start() => RunningProcess.Start(
        "control plane", directory.Path, ["dev", "--port", $"{new Uri(url).Port}", "--data", directory.Of("data"), "--auth", "on", "--no-dns"]);

    private string File(string name, string id)
    {
        var path = directory.Of(name + ".json");
        System.IO.File.WriteAllText(path, $$"""{"id":"{{id}}","cmd":"echo ready to sell; sleep 1000","cpus":0.01,"mem":8}""");
        return path;
    }

    private async Task DoneAsync(string who, params string[] arguments)
    {
        var result = await RunAsync(who, arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
    }

    // Everybody has a folder of settings, and so a login.
    private Task<CommandResult> RunAsync(string who, params string[] arguments) => Executable.RunAsync(
        directory.Path, [.. arguments, "--url", url], ("XDG_CONFIG_HOME", directory.Of("home-" + who)), ("PLATFORM_PASSWORD", "correct horse"));
}
