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
