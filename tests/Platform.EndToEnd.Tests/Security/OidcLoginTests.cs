using Platform.EndToEnd.Tests.Harness;
using Platform.Tests.Hosting;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Security;

/// <summary>The real program with a provider of logins.</summary>
public sealed class OidcLoginTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TestDirectory directory = new();
    private readonly string url = $"http://127.0.0.1:{FreePorts.Take()}";

    [Fact]
    public async Task A_command_logs_in_by_a_browser_of_its_machine()
    {
        await using var provider = new LoginProvider();
        await using var server = RunningProcess.Start(
            "control plane", directory.Path,
            ["dev", "--port", $"{new Uri(url).Port}", "--data", directory.Of("data"), "--agents", "0", "--auth", "on", "--no-dns", "--oidc-issuer", provider.Issuer,
             "--oidc-client", LoginProvider.Client, "--oidc-client-secret-file", directory.Write("secret", LoginProvider.Secret), "--oidc-command-client", LoginProvider.CommandClient, "--oidc-group", "shop=shop-team"]);
        await server.LineAsync(one => one.Contains("Platform is ready", StringComparison.Ordinal), Patience);

        var start = Executable.Start(directory.Path, "login", "--oidc", "--url", url);
        start.Environment["XDG_CONFIG_HOME"] = directory.Of("home");
        await using (var login = RunningProcess.Start("login", start))
        {
            var address = (await login.LineAsync(one => one.StartsWith(provider.Issuer, StringComparison.Ordinal), Patience)).Trim();
            // In place of the browser.
            using var browser = new HttpClient();
            (await browser.GetStringAsync(address)).ShouldContain("You are logged in");
            await login.EndAsync(Patience);
            login.ExitCode.ShouldBe(0, login.Log);
            login.Log.ShouldContain("alice@example.org has logged in");
        }
        var who = await Executable.RunAsync(directory.Path, ["whoami", "--url", url], ("XDG_CONFIG_HOME", directory.Of("home")));
        who.Output.ShouldContain("user alice@example.org");
        output.WriteLine(server.Log);
    }

    public void Dispose() => directory.Dispose();
}
