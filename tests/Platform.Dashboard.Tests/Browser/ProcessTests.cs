using System.Net.Http.Json;
using Microsoft.Playwright;
using Platform.EndToEnd.Tests.Harness;
using Platform.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>The dashboard as a process of its own, beside a silo with its Redis.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ProcessTests(DashboardRun run)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 60_000 };

    [Fact]
    public async Task A_dashboard_joins_a_cluster_as_a_client_and_shows_an_app_live_across_a_restart_of_the_silo()
    {
        using var directory = new TestDirectory();
        await using var redis = await RedisServer.StartAsync();
        var (api, ui) = (FreePorts.Take(), FreePorts.Take());
        // Silos let in nobody without a certificate of the cluster's authority, which the dashboard makes for itself by the shared key.
        var key = Path.Combine(directory.Path, "cluster.key");
        await File.WriteAllTextAsync(key, Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        string[] shared = ["--auth", "off", "--redis", redis.Address, "--cluster", "pictures", "--cluster-tls", "on", "--secret-key-file", key];
        string[] silo = ["silo", .. shared, "--port", $"{api}", "--silo-port", $"{FreePorts.Take()}", "--gateway-port", $"{FreePorts.Take()}", "--no-dns"];
        // It waits for a silo.
        await using var dashboard = run.Start("dashboard", directory.Path, ["dashboard", .. shared, "--port", $"{ui}"]);
        await dashboard.LineAsync(line => line.Contains("as soon as one of its silos answers", StringComparison.Ordinal), Patience);
        await using var first = run.Start("silo", directory.Path, silo);
        await first.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Patience);
        await dashboard.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Patience);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{api}") };

        var page = await run.NewPageAsync($"http://127.0.0.1:{ui}");
        await page.GotoAsync("/ui/apps");
        await Expect(page.GetByText("There is no app yet.")).ToBeVisibleAsync(Patient);
        await AddAsync("/far/away");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "away", Exact = true })).ToBeVisibleAsync(Patient);

        // What is done here is done by the cluster.
        await page.GetByRole(AriaRole.Link, new() { Name = "away", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await page.GetByRole(AriaRole.Spinbutton, new() { Name = "Instances" }).FillAsync("3");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        // The app still waits for an agent, and so does its deployment.
        await page.GetByRole(AriaRole.Button, new() { Name = "Do it instead" }).ClickAsync();
        await Expect(page.Locator(".facts").GetByText("0 of 3")).ToBeVisibleAsync(Patient);
        (await client.GetStringAsync(new Uri("/v2/apps//far/away", UriKind.Relative))).ShouldContain("\"instances\":3");

        await first.KillAsync();
        await Expect(page.GetByText("The cluster cannot be read since")).ToBeVisibleAsync(Patient);
        await using var second = run.Start("second silo", directory.Path, silo);
        await second.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Patience);
        await Expect(page.GetByText("The cluster cannot be read since")).ToBeHiddenAsync(new() { Timeout = 120_000 });
        await page.GotoAsync("/ui/apps");
        await AddAsync("/far/beyond");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "beyond", Exact = true })).ToBeVisibleAsync(Patient);
        await page.Context.CloseAsync();

        async Task AddAsync(string id)
        {
            using var answer = await client.PostAsJsonAsync("/v2/apps", new { id, cmd = "sleep 100000", cpus = 0.1, mem = 32 });
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        }
    }
}
