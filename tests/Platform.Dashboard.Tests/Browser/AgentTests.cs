using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>What an operator does with agents, and what the cluster runs with.</summary>
[Collection(BrowserCollection.Name)]
public sealed class AgentTests(DashboardRun run)
{
    private static readonly LocatorAssertionsToContainTextOptions PatientText = new() { Timeout = 60_000 };

    [Fact]
    public async Task Draining_an_agent_tells_before_what_moves_where_and_moves_it()
    {
        await run.AddAppAsync("""{"id": "/moves/there", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32}""");
        var at = await AgentOfAsync("/moves/there");
        var other = (string)JsonNode.Parse(await run.Api.GetStringAsync(new Uri("/api/agents", UriKind.Relative)))!["agents"]!.AsArray().Single(agent => (string?)agent!["id"] != at)!["name"]!;
        var page = await run.OpenAsync($"/ui/agents/{at}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        var moves = page.GetByRole(AriaRole.Region, new() { Name = "What moves where" });
        await Expect(moves.GetByRole(AriaRole.Row, new() { Name = "/moves/there" })).ToContainTextAsync(other);
        await run.PictureAsync(page, "drain");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(page.Locator(".facts")).ToContainTextAsync("Drain", PatientText);
        await Expect(page.Locator(".facts")).ToContainTextAsync("Drained", PatientText);
        (await AgentOfAsync("/moves/there")).ShouldNotBe(at);
        await page.GetByRole(AriaRole.Button, new() { Name = "Reactivate" }).ClickAsync();
        await Expect(page.Locator(".facts")).ToContainTextAsync("Active", PatientText);
        foreach (var app in (string[])["/moves/there"])
        {
            using var removed = await run.Api.DeleteAsync(new Uri($"/v2/apps{app}", UriKind.Relative));
        }
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Maintenance_of_a_machine_is_scheduled_with_what_would_move_where_and_called_off()
    {
        await run.AddAppAsync("""{"id": "/stays/here", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32}""");
        var page = await run.OpenAsync($"/ui/agents/{await AgentOfAsync("/stays/here")}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Maintenance" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What moves where" })).ToContainTextAsync("/stays/here", PatientText);
        await page.GetByLabel("Begins (Europe/Berlin)").FillAsync("2099-06-01T12:00");
        await page.GetByLabel("Minutes; 0: nobody knows").FillAsync("90");
        await page.GetByRole(AriaRole.Button, new() { Name = "Schedule" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("away from 2099-06-01 12:00:00 for 90 min", PatientText);
        await run.PictureAsync(page, "maintenance");
        var window = JsonNode.Parse(await run.Api.GetStringAsync(new Uri("/maintenance/schedule", UriKind.Relative)))!["windows"]![0]!["unavailability"]!;
        ((long)window["start"]!["nanoseconds"]!).ShouldBe(new DateTimeOffset(2099, 6, 1, 10, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000);
        await page.GetByRole(AriaRole.Button, new() { Name = "Call it off" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Call it off" })).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        (await run.Api.GetStringAsync(new Uri("/maintenance/schedule", UriKind.Relative))).ShouldNotContain("machine_ids");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_role_that_nothing_uses_yet_is_given_a_quota()
    {
        var page = await run.OpenAsync("/ui/roles");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up a role" }).ClickAsync();
        await page.GetByLabel("The role's name, such as shop or shop/web").FillAsync("tomorrow");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await page.GetByLabel("Quota").FillAsync("""{"limit": {"cpus": 2}}""");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "tomorrow" })).ToContainTextAsync("of 2", PatientText);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_settings_tell_what_the_cluster_runs_with()
    {
        var page = await run.OpenAsync("/ui/settings");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Processes of the control plane" })).ToContainTextAsync("Active", PatientText);
        await Expect(page.Locator("main")).ToContainTextAsync(new Uri(run.Url).Authority);
        await Expect(page.Locator("main")).ToContainTextAsync("Unreachable after");
        await page.Context.CloseAsync();
    }

    // When its instance runs.
    private async Task<string> AgentOfAsync(string app)
    {
        for (var index = 0L; ;)
        {
            var tasks = (await run.AppAsync(app))!["tasks"]!.AsArray();
            if (tasks.FirstOrDefault(task => (string?)task!["state"] == "TASK_RUNNING") is { } running)
                return (string)running["slaveId"]!;
            // Any change of a service wakes this: an instance that runs is an endpoint.
            var services = JsonNode.Parse(await run.Api.GetStringAsync(new Uri($"/api/services?index={index}&wait=5", UriKind.Relative)));
            index = (long)services!["index"]!;
        }
    }
}
