using System.Net.Http.Json;
using Microsoft.Playwright;
using Platform.EndToEnd.Tests.Harness;
using Platform.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>A dashboard in a process of its own lets people in whom a provider of OpenID Connect knows.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ProviderTests(DashboardRun run)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Somebody_logs_in_at_the_provider_and_sees_what_her_group_may_see()
    {
        using var directory = new TestDirectory();
        await using var redis = await RedisServer.StartAsync();
        await using var provider = new LoginProvider();
        var (api, ui) = (FreePorts.Take(), FreePorts.Take());
        string[] shared = ["--auth", "on", "--redis", redis.Address, "--cluster", "logins"];
        var key = directory.Write("cluster.key", Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        await using var silo = run.Start("silo", directory.Path, ["silo", .. shared, "--port", $"{api}", "--silo-port", $"{FreePorts.Take()}", "--gateway-port", $"{FreePorts.Take()}", "--no-dns", "--secret-key-file", key]);
        var code = (await silo.LineAsync(line => line.Contains("--code ", StringComparison.Ordinal), Patience)).Split("--code ")[1].Trim();
        await silo.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Patience);
        await using var dashboard = run.Start("dashboard", directory.Path, ["dashboard", .. shared, "--port", $"{ui}", "--oidc-issuer", provider.Issuer, "--oidc-client", LoginProvider.Client,
            "--oidc-client-secret-file", directory.Write("secret", LoginProvider.Secret), "--oidc-title", "The shop's login", "--oidc-group", "shop=shop-team"]);
        await dashboard.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Patience);
        using var root = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{api}") };
        await root.PostAsync("/acs/api/v1/auth/code", new { code, uid = "root", password = "correct horse battery" });
        var login = await root.PostAsync("/acs/api/v1/auth/login", new { uid = "root", password = "correct horse battery" });
        root.DefaultRequestHeaders.Authorization = new("Bearer", (string)login["token"]!);
        foreach (var app in (string[])["/shop/web", "/bank/web"])
            await root.PostAsync("/v2/apps", new { id = app, cmd = "sleep 100000", cpus = 0.01, mem = 16 });
        using (var made = await root.PutAsJsonAsync("/acs/api/v1/groups/shop-team", new { description = "who runs the shop" }))
            made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        using (var granted = await root.PutAsync(new Uri("/acs/api/v1/acls/platform:role:viewer:%252Fshop/groups/shop-team/full", UriKind.Relative), null))
            granted.IsSuccessStatusCode.ShouldBeTrue(await granted.Content.ReadAsStringAsync());

        var page = await run.NewPageAsync($"http://127.0.0.1:{ui}");
        await page.GotoAsync("/ui/apps");
        await page.GetByRole(AriaRole.Link, new() { Name = "Log in with The shop's login" }).ClickAsync();
        await page.AtAsync("/ui/apps");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "alice@example.org" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "shop" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "bank" })).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Log out" }).ClickAsync();
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }
}

file static class Posting
{
    // What was answered.
    public static async Task<System.Text.Json.Nodes.JsonNode> PostAsync(this HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return System.Text.Json.Nodes.JsonNode.Parse(text.Length > 0 ? text : "{}")!;
    }
}
