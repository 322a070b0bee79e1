using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>What an operator does with jobs, to its effect.</summary>
[Collection(BrowserCollection.Name)]
public sealed class JobTests(DashboardRun run)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToHaveTextOptions PatientText = new() { Timeout = 60_000 };

    [Fact]
    public async Task A_job_is_created_by_form_with_a_preview_run_paused_resumed_changed_and_removed()
    {
        var page = await run.OpenAsync("/ui/new-job");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("made-here");
        await page.GetByLabel("Command", new() { Exact = true }).FillAsync("echo hello from $PLATFORM_JOB_ID; exit 3");
        await page.GetByLabel("Schedule").FillAsync("99 2 * * *");
        await Expect(page.Locator("#problems")).ToContainTextAsync("schedule.expression");
        await page.GetByLabel("Schedule").FillAsync("30 2 * * *");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "The next due times" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "The next due times" }).GetByRole(AriaRole.Listitem).First).ToContainTextAsync(":30:00");
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON", Exact = true }).ClickAsync();
        // The form and the JSON are in step.
        (await page.EditorTextAsync()).ShouldContain("30 2 * * *");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await page.AtAsync("/ui/jobs/made-here");
        ((string)(await JobAsync("made-here"))!["spec"]!["schedule"]!["expression"]!).ShouldBe("30 2 * * *");

        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Expect(page.Locator(".facts .chip")).ToHaveTextAsync("Failed", PatientText);
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link, new() { Name = "1", Exact = true }).ClickAsync();
        await Expect(page.GetByText("exit status 3")).ToBeVisibleAsync(Patient);
        await page.GetByRole(AriaRole.Link, new() { Name = "Output of task 0" }).ClickAsync();
        await Expect(page.Locator(".log-line").First).ToContainTextAsync("hello from made-here");
        await run.PictureAsync(page, "run");

        await page.GotoAsync("/ui/jobs/made-here");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.GetByLabel("Why, for those who find it paused").FillAsync("the mill is closed");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByText("the mill is closed")).ToBeVisibleAsync(Patient);
        ((string)(await JobAsync("made-here"))!["paused"]!).ShouldBe("the mill is closed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByText("the mill is closed")).ToBeHiddenAsync(new() { Timeout = 60_000 });

        await page.GetByRole(AriaRole.Link, new() { Name = "Edit" }).ClickAsync();
        await page.GetByLabel("Command", new() { Exact = true }).FillAsync("sleep 100000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply", Exact = true }).ClickAsync();
        await page.AtAsync("/ui/jobs/made-here");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Expect(page.Locator(".facts .chip")).ToHaveTextAsync("Running", PatientText);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop runs" }).ClickAsync();
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator(".facts .chip")).ToHaveTextAsync("Stopped", PatientText);

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).First.ClickAsync();
        await page.GetByLabel("Type made-here to go on").FillAsync("made-here");
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await page.AtAsync("/ui/jobs");
        (await JobAsync("made-here")).ShouldBeNull();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Jobs_that_follow_each_other_are_a_picture_that_lives()
    {
        await AddAsync("""{"id": "etl-load", "task": {"cmd": "true"}}""");
        await AddAsync("""{"id": "etl-clean", "parents": ["etl-load"], "task": {"cmd": "true"}}""");
        await AddAsync("""{"id": "etl-report", "parents": ["etl-load", "etl-clean"], "task": {"cmd": "exit 1"}}""");
        var page = await run.OpenAsync("/ui/jobs/etl-clean?tab=graph");
        var graph = page.GetByRole(AriaRole.Region, new() { Name = "Jobs that etl-clean follows" });
        await Expect(graph.GetByRole(AriaRole.Link)).ToHaveCountAsync(3);
        await Expect(graph.Locator(".graph-edge")).ToHaveCountAsync(3);
        await Expect(graph.GetByRole(AriaRole.Link, new() { Name = "etl-report, new, follows etl-load, etl-clean" })).ToBeVisibleAsync();

        using (await run.Api.PostAsync(new Uri("/api/jobs/etl-load/runs", UriKind.Relative), null))
            await Expect(graph.GetByRole(AriaRole.Link, new() { Name = "etl-report, failed" })).ToBeVisibleAsync(Patient);
        await Expect(graph.GetByRole(AriaRole.Link, new() { Name = "etl-clean, succeeded" })).ToBeVisibleAsync(Patient);
        await run.PictureAsync(page, "job-graph");

        // The run of the whole graph, from the page of one of its runs.
        await page.GotoAsync("/ui/jobs/etl-load");
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link, new() { Name = "1", Exact = true }).ClickAsync();
        var whole = page.GetByRole(AriaRole.Region, new() { Name = "The run of the whole graph" });
        await Expect(whole.GetByRole(AriaRole.Link, new() { Name = "etl-report, failed" })).ToBeVisibleAsync(Patient);
        await whole.GetByRole(AriaRole.Link, new() { Name = "etl-report, failed" }).ClickAsync();
        await page.AtAsync("/ui/jobs/etl-report/runs/*");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Arrays_notifications_triggers_and_constraints_of_a_job_are_written_in_the_form()
    {
        var page = await run.OpenAsync("/ui/new-job");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("made-of-rows");
        // Letter by letter, as people do: what is not whole yet is left as it is.
        await page.GetByLabel("Runs after these jobs").PressSequentiallyAsync("nobody-a, nobody-b");
        await Expect(page.Locator("#problems")).ToContainTextAsync("'nobody-b'", new() { Timeout = 60_000 });
        await page.GetByLabel("Runs after these jobs").FillAsync("");
        await page.GetByLabel("Array from").FillAsync("1");
        await page.GetByLabel("Array to").FillAsync("3");
        await page.GetByLabel("At a time, 0: all").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to notifications" }).ClickAsync();
        await page.GetByLabel("Webhook, notifications 1").FillAsync("no address");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Notifications 1" }).Locator(".bad")).ToBeVisibleAsync(Patient);
        await page.GetByLabel("Webhook, notifications 1").FillAsync("http://127.0.0.1:1/hook");
        await page.GetByLabel("On, notifications 1").ClearAsync();
        await page.GetByLabel("On, notifications 1").PressSequentiallyAsync("failure, recovery");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to triggers" }).ClickAsync();
        await page.GetByLabel("Event, triggers 1").FillAsync("deployment_failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to constraints" }).ClickAsync();
        await page.GetByLabel("Value, constraints 1").FillAsync("127.*");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Notifications 1" }).Locator(".bad")).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await run.PictureAsync(page, "job-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await page.AtAsync("/ui/jobs/made-of-rows");

        var spec = (await JobAsync("made-of-rows"))!["spec"]!;
        ((int)spec["array"]!["to"]!).ShouldBe(3);
        ((int)spec["array"]!["parallelism"]!).ShouldBe(2);
        ((string)spec["notifications"]![0]!["webhook"]!).ShouldBe("http://127.0.0.1:1/hook");
        spec["notifications"]![0]!["on"]!.AsArray().Select(on => (string)on!).ShouldBe(["failure", "recovery"], ignoreOrder: true);
        ((string)spec["triggers"]![0]!["event"]!).ShouldBe("deployment_failed");
        spec["task"]!["constraints"]!.ToJsonString().ShouldBe("""[["hostname","LIKE","127.*"]]""");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Runs_stand_in_a_calendar_and_on_a_time_line_of_all_jobs()
    {
        await AddAsync("""{"id": "calendar-hourly", "schedule": {"expression": "0 * * * *"}, "task": {"cmd": "true", "cpus": 0.1, "mem": 32}}""");
        using (await run.Api.PostAsync(new Uri("/api/jobs/calendar-hourly/runs", UriKind.Relative), null))
        {
        }
        var page = await run.OpenAsync("/ui/jobs/calendar-hourly?tab=calendar");
        var calendar = page.GetByRole(AriaRole.Region, new() { NameRegex = new("Runs in") });
        var today = calendar.Locator("td[aria-current=date]");
        await Expect(today.GetByRole(AriaRole.Link)).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex("1 succeeded"), new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Month after") }).ClickAsync();
        // Due once an hour.
        await Expect(calendar.Locator("td:not(.calendar-other)").GetByText("○ 24").First).ToBeVisibleAsync(Patient);
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Month before") }).ClickAsync();
        await today.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByText("Runs that began on")).ToBeVisibleAsync(Patient);
        await Expect(page.Locator(".lane-bar").First).ToBeVisibleAsync(Patient);

        await page.GotoAsync("/ui/jobs?q=calendar-hourly&view=hour");
        await Expect(page.GetByRole(AriaRole.Figure, new() { Name = "Runs of jobs over time" }).GetByRole(AriaRole.Link, new() { NameRegex = new("calendar-hourly, run 1, succeeded") }))
            .ToBeVisibleAsync(Patient);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_shell_is_opened_in_a_task_of_a_run()
    {
        await AddAsync("""{"id": "long-one", "task": {"cmd": "sleep 100000", "cpus": 0.1, "mem": 32}}""");
        using (await run.Api.PostAsync(new Uri("/api/jobs/long-one/runs", UriKind.Relative), null))
        {
        }
        var page = await run.OpenAsync("/ui/jobs/long-one");
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link, new() { Name = "1", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Terminal in task 0" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Open", Exact = true }).ClickAsync();
        var terminal = page.GetByRole(AriaRole.Region, new() { Name = "Terminal" });
        if (!ActionTests.IsBuiltWithTerminal())
        {
            await Expect(terminal).ToContainTextAsync("There is no terminal in this build");
            return;
        }
        await Expect(terminal.Locator(".xterm-helper-textarea")).ToBeFocusedAsync(new() { Timeout = 60_000 });
        await page.Keyboard.TypeAsync("echo $((40 + 2))-$PLATFORM_JOB_ID\n");
        await Expect(terminal.Locator(".xterm-rows")).ToContainTextAsync("42-long-one", new() { Timeout = 60_000 });
        await run.PictureAsync(page, "job-terminal");
        // The task ends, and with it the command: what it showed stays.
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await page.Locator(".mud-dialog-actions").GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(page.Locator(".facts .chip")).ToHaveTextAsync("Stopped", PatientText);
        await Expect(terminal.Locator(".xterm-rows")).ToContainTextAsync("42-long-one");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_window_of_the_past_is_run_again_and_what_comes_elsewhere_shows_without_reload()
    {
        var page = await run.OpenAsync("/ui/jobs?q=hourly");
        await page.GetByRole(AriaRole.Status).Filter(new() { HasText = " of " }).First.WaitForAsync();
        await AddAsync("""{"id": "hourly", "schedule": {"expression": "0 * * * *"}, "task": {"cmd": "true"}}""");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "hourly", Exact = true })).ToBeVisibleAsync(Patient);

        await page.GotoAsync("/ui/jobs/hourly");
        await page.GetByRole(AriaRole.Button, new() { Name = "Backfill" }).ClickAsync();
        await page.GetByLabel("From").FillAsync("2026-03-02T00:30");
        await page.GetByLabel("Until").FillAsync("2026-03-02T03:30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("The backfill has begun");
        await page.AtAsync("/ui/jobs/hourly?tab=backfills");
        // 01:00, 02:00 and 03:00 in Berlin.
        await Expect(page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("3, 0", new() { Timeout = 60_000 });
        await page.GotoAsync("/ui/jobs/hourly");
        await Expect(page.Locator(".lane-bar")).ToHaveCountAsync(3);
        await page.Context.CloseAsync();
    }

    private Task AddAsync(string definition) => run.AddAsync("/api/jobs", definition);

    private async Task<JsonNode?> JobAsync(string id)
    {
        using var answer = await run.Api.GetAsync(new Uri($"/api/jobs/{id}", UriKind.Relative));
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
    }
}
