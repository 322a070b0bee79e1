using System.Net.Http.Headers;
using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>Services and frameworks, as they come and go.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ServiceTests(DashboardRun run)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToContainTextOptions PatientText = new() { Timeout = 60_000 };

    [Fact]
    public async Task A_service_shows_its_endpoints_names_and_virtual_addresses_as_they_come()
    {
        var page = await run.OpenAsync("/ui/services?q=api-shop");
        await page.GetByText("of ").First.WaitForAsync();
        await run.AddAppAsync("""{"id": "/shop/api", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "portDefinitions": [{"port": 0, "name": "http", "labels": {"VIP_0": "/shop-api:80"}}]}""");
        var link = page.GetByRole(AriaRole.Link, new() { Name = "api-shop", Exact = false }).Or(page.GetByRole(AriaRole.Link, new() { Name = "/shop/api", Exact = true }));
        await page.GotoAsync("/ui/services?q=api");
        await Expect(link.First).ToBeVisibleAsync(Patient);
        await page.GetByRole(AriaRole.Rowgroup).GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Names", Exact = true })).ToContainTextAsync("api-shop.marathon.mesos");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Virtual addresses" })).ToContainTextAsync("shop-api.marathon.l4lb.thisdcos.directory:80");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Endpoints" })).ToContainTextAsync("Ready", PatientText);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_needs_whom_is_a_picture_that_lives()
    {
        await run.AddAppAsync("""{"id": "/net/db", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "portDefinitions": [{"port": 0, "labels": {"VIP_0": "/net-db:5432"}}]}""");
        var page = await run.OpenAsync("/ui/services?view=graph&q=/net/");
        await Expect(page.GetByText("Nothing is known to need another here")).ToBeVisibleAsync(Patient);
        await run.AddAppAsync("""{"id": "/net/web", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "dependencies": ["/net/db"]}""");
        await run.AddAppAsync("""{"id": "/net/report", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "env": {"DB": "postgres://net-db.marathon.l4lb.thisdcos.directory:5432/x"}}""");
        var graph = page.GetByRole(AriaRole.Region, new() { Name = "Who needs whom" });
        await Expect(graph.GetByRole(AriaRole.Link, new() { Name = "/net/web, running, needs /net/db" })).ToBeVisibleAsync(Patient);
        await Expect(graph.GetByRole(AriaRole.Link, new() { Name = "/net/report, running, needs /net/db" })).ToBeVisibleAsync(Patient);
        await Expect(graph.Locator(".graph-edge")).ToHaveCountAsync(2);
        await run.PictureAsync(page, "services-graph");
        await graph.GetByRole(AriaRole.Link, new() { Name = "/net/db, running" }).ClickAsync();
        await page.AtAsync("/ui/app/net/db");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_instance_from_outside_is_registered_drained_and_removed()
    {
        var page = await run.OpenAsync("/ui/services");
        await page.GetByRole(AriaRole.Button, new() { Name = "Register from outside" }).ClickAsync();
        await page.GetByLabel("Service", new() { Exact = true }).FillAsync("db.legacy");
        await page.GetByLabel("Id of the instance").FillAsync("db-7");
        await page.GetByLabel("IP address").FillAsync("10.0.0.7");
        await page.GetByLabel("Port", new() { Exact = true }).FillAsync("5432");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        await page.AtAsync("/ui/services/db.legacy");
        var endpoints = page.GetByRole(AriaRole.Region, new() { Name = "Endpoints" });
        await Expect(endpoints).ToContainTextAsync("10.0.0.7:5432", PatientText);
        (await run.Api.GetStringAsync(new Uri("/api/services/db.legacy", UriKind.Relative))).ShouldContain("10.0.0.7");
        await page.GetByRole(AriaRole.Button, new() { Name = "Drain db-7" }).ClickAsync();
        await Expect(endpoints.GetByText("Draining")).ToBeVisibleAsync(Patient);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove db-7" }).ClickAsync();
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.GetByText("has no endpoint")).ToBeVisibleAsync(Patient);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_framework_shows_with_its_offers_and_is_torn_down_by_its_name()
    {
        var page = await run.OpenAsync("/ui/frameworks");
        using var call = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler")
        {
            Content = new StringContent("""{"type": "SUBSCRIBE", "subscribe": {"framework_info": {"user": "", "name": "picture-frames", "roles": ["frames"], "capabilities": [{"type": "MULTI_ROLE"}], "failover_timeout": 3600}}}""", Encoding.UTF8, "application/json"),
        };
        call.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var stream = await run.Api.SendAsync(call, HttpCompletionOption.ResponseHeadersRead);
        stream.IsSuccessStatusCode.ShouldBeTrue(stream.StatusCode.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "picture-frames", Exact = true }).ClickAsync(new() { Timeout = 60_000 });
        await Expect(page.Locator(".facts")).ToContainTextAsync("Connected");
        await Expect(page.Locator(".facts")).ToContainTextAsync("frames");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Offers" })).ToContainTextAsync("cpus", PatientText);
        await run.PictureAsync(page, "framework");

        await page.GetByRole(AriaRole.Button, new() { Name = "Tear down" }).ClickAsync();
        await page.GetByLabel("Type picture-frames to go on").FillAsync("picture-frames");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Tear down" }).ClickAsync();
        await Expect(page.Locator(".facts")).ToContainTextAsync("Ended", PatientText);
        await page.Context.CloseAsync();
    }
}
