using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Platform.EndToEnd.Tests.Harness;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>Users, groups, permissions, tokens and the audit log, on a control plane that wants logins.</summary>
[Collection(BrowserCollection.Name)]
public sealed class SecurityTests(DashboardRun run) : IAsyncLifetime, IDisposable
{
    private const string Password = "correct horse battery";
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToBeHiddenOptions PatientHidden = new() { Timeout = 60_000 };

    private readonly TestDirectory _directory = new();
    private readonly HttpClient _api = new() { BaseAddress = new Uri($"http://127.0.0.1:{FreePorts.Take()}") };
    private RunningProcess? _server;

    public async Task InitializeAsync()
    {
        _server = run.Start("guarded control plane", _directory.Path, "dev", "--port", $"{_api.BaseAddress!.Port}", "--data", _directory.Of("data"), "--agents", "1", "--auth", "on", "--no-dns");
        var code = (await _server.LineAsync(line => line.Contains("--code ", StringComparison.Ordinal), TimeSpan.FromMinutes(3))).Split("--code ")[1].Trim();
        await _server.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), TimeSpan.FromMinutes(3));
        using var made = await _api.PostAsJsonAsync("/acs/api/v1/auth/code", new { code, uid = "root", password = Password });
        made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        using var login = await _api.PostAsJsonAsync("/acs/api/v1/auth/login", new { uid = "root", password = Password });
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(await login.Content.ReadAsStringAsync())!["token"]!);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    public void Dispose()
    {
        _api.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_administrator_gives_and_takes_rights_that_count_at_once_and_all_of_it_is_in_the_audit_log()
    {
        foreach (var app in (string[])["/shop/web", "/bank/web"])
        {
            using var added = await _api.PostAsJsonAsync("/v2/apps", new { id = app, cmd = "sleep 100000", cpus = 0.01, mem = 16 });
            added.IsSuccessStatusCode.ShouldBeTrue(await added.Content.ReadAsStringAsync());
        }
        var root = await LogInAsync("root", "/ui/users");
        await root.GetByRole(AriaRole.Button, new() { Name = "Add a user" }).ClickAsync();
        await root.GetByLabel("Name", new() { Exact = true }).FillAsync("alice");
        await root.GetByLabel("Password").FillAsync(Password);
        await root.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await root.GetByRole(AriaRole.Button, new() { Name = "Add a group" }).ClickAsync();
        await root.GetByLabel("Its name").FillAsync("shop-team");
        await root.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await root.GetByRole(AriaRole.Link, new() { Name = "shop-team", Exact = true }).ClickAsync();
        await root.GetByRole(AriaRole.Button, new() { Name = "Add a member" }).ClickAsync();
        await root.GetByLabel("The user").FillAsync("alice");
        await root.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await Expect(root.GetByRole(AriaRole.Link, new() { Name = "alice", Exact = true })).ToBeVisibleAsync(Patient);
        await root.GetByRole(AriaRole.Button, new() { Name = "Grant" }).ClickAsync();
        await root.GetByLabel("What").SelectOptionAsync("deployer");
        await root.GetByLabel("Of this group of apps").FillAsync("/shop");
        await root.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Grant" }).ClickAsync();
        await Expect(root.GetByRole(AriaRole.Cell, new() { Name = "deployer of /shop", Exact = true })).ToBeVisibleAsync(Patient);

        // She sees what is hers, and no pages for administrators.
        var alice = await LogInAsync("alice", "/ui/apps");
        await Expect(alice.GetByRole(AriaRole.Button, new() { Name = "shop" })).ToBeVisibleAsync(Patient);
        await Expect(alice.GetByRole(AriaRole.Button, new() { Name = "bank" })).ToBeHiddenAsync();
        await Expect(alice.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByText("Users")).ToBeHiddenAsync();
        await alice.GotoAsync("/ui/users");
        await Expect(alice.GetByText("This is for who may read")).ToBeVisibleAsync(Patient);
        await alice.GotoAsync("/ui/audit");
        await Expect(alice.GetByText("This is for who may read")).ToBeVisibleAsync(Patient);
        await alice.GotoAsync("/ui/settings");
        await Expect(alice.GetByText("This is for who may read")).ToBeVisibleAsync(Patient);

        // A token of her own works for a program, and no longer when it is taken back.
        await alice.GotoAsync("/ui/me");
        await Expect(alice.GetByRole(AriaRole.Cell, new() { Name = "deployer of /shop", Exact = true })).ToBeVisibleAsync(Patient);
        await alice.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        await alice.GetByLabel("What it is for").FillAsync("the build");
        await alice.GetByRole(AriaRole.Button, new() { Name = "Make", Exact = true }).ClickAsync();
        var token = await alice.GetByLabel("The token", new() { Exact = true }).TextContentAsync();
        (await AppsAsync(token!)).ShouldBe(["/shop/web"]);
        await alice.GetByRole(AriaRole.Button, new() { Name = "Take back the build" }).ClickAsync();
        await alice.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await Expect(alice.GetByRole(AriaRole.Cell, new() { Name = "the build", Exact = true })).ToBeHiddenAsync(PatientHidden);
        (await AppsAsync(token!)).ShouldBeNull();

        // What is revoked is gone from her open page.
        await alice.GotoAsync("/ui/apps");
        await Expect(alice.GetByRole(AriaRole.Button, new() { Name = "shop" })).ToBeVisibleAsync(Patient);
        await root.GetByRole(AriaRole.Button, new() { Name = "Revoke deployer of /shop" }).ClickAsync();
        await root.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(alice.GetByRole(AriaRole.Button, new() { Name = "shop" })).ToBeHiddenAsync(PatientHidden);

        await root.GotoAsync("/ui/audit?q=shop-team");
        await Expect(root.GetByRole(AriaRole.Cell, new() { Name = "alice is a member of shop-team" }).First).ToBeVisibleAsync(Patient);
        await run.PictureAsync(root, "audit");
        await root.GotoAsync("/ui/users/alice");
        await root.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await root.GetByLabel("Type alice to go on").FillAsync("alice");
        await root.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await root.AtAsync("/ui/users");
        await Expect(alice.GetByText("The login has ended")).ToBeVisibleAsync(Patient);
        await root.Context.CloseAsync();
        await alice.Context.CloseAsync();
    }

    private async Task<IPage> LogInAsync(string uid, string path)
    {
        var page = await run.NewPageAsync(_api.BaseAddress!.ToString());
        await page.GotoAsync(path);
        await page.Locator("input[name=uid]").FillAsync(uid);
        await page.Locator("input[name=password]").FillAsync(Password);
        await page.Locator("button").ClickAsync();
        await page.Locator(".head h1").First.WaitForAsync();
        return page;
    }

    // Null: the token does not count.
    private async Task<string[]?> AppsAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/apps");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _api.SendAsync(request);
        return answer.IsSuccessStatusCode ? [.. JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["apps"]!.AsArray().Select(app => (string)app!["id"]!)] : null;
    }
}
