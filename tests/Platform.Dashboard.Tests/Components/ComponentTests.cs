using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Core.Tasks;
using Platform.Dashboard.Components;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Components;

public sealed class ComponentTests : IDisposable
{
    private readonly BunitContext _page = new();

    public ComponentTests() => _page.Services.AddSingleton(TimeProvider.System).AddScoped<Viewer>();

    public void Dispose() => _page.Dispose();

    [Fact]
    public void A_meter_says_its_amounts_also_to_who_cannot_see_it()
    {
        var meter = _page.Render<Meter>(set => set.Add(it => it.Label, "Memory").Add(it => it.Part, 512).Add(it => it.Whole, 2048).Add(it => it.IsMemory, true));

        meter.Find("[role=meter]").GetAttribute("aria-valuenow").ShouldBe("25");
        meter.Find(".meter-text").TextContent.ShouldBe("512 MB of 2 GB");
    }

    [Fact]
    public void An_instant_shows_its_age_and_tells_the_exact_time_on_hover()
    {
        var at = DateTimeOffset.UtcNow.AddMinutes(-5);
        var instant = _page.Render<Instant>(set => set.Add(it => it.At, at));

        instant.Find("time").TextContent.ShouldBe("5 min ago");
        instant.Find("time").GetAttribute("title").ShouldBe(at.ToString("yyyy-MM-dd HH:mm:ss.fff zzz", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_failure_shows_its_reason_and_last_lines()
    {
        var failure = new TaskFailure
        {
            Status = new TaskUpdate { TaskId = "t", Owner = "app:/a", State = TaskState.Failed, Message = "Command exited with status 3", StderrTail = "<b>oops</b>" },
            AgentId = "S1",
            Host = "h",
            Version = "1",
        };
        var shown = _page.Render<Failures>(set => set.Add(it => it.Items, [failure]));

        shown.Find("p").TextContent.ShouldBe("Command exited with status 3");
        // What a task wrote is text, never markup.
        shown.Find("pre").TextContent.ShouldBe("<b>oops</b>");
    }

    [Fact]
    public void A_plan_says_what_starts_where_and_what_finds_no_place()
    {
        const string Plan = """
            {"steps": [{"actions": [{"action": "ScaleApplication", "app": "/a"}]}],
             "changes": [{"app": "/a", "change": "update", "fields": [{"path": "/instances", "before": 1, "after": 3}],
                          "placement": {"placed": 1, "unplaced": 1, "preempted": 0, "agents": {"h1": 1}, "stoppedOn": {}}}]}
            """;
        var text = _page.Render<PlanView>(set => set.Add(it => it.Json, Plan)).Markup;

        text.ShouldContain("ScaleApplication /a");
        text.ShouldContain("h1 (1)");
        text.ShouldContain("Finds no place for");
        text.ShouldContain("/instances");
    }

    [Fact]
    public void A_chart_breaks_its_line_where_nothing_was_measured()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset[] times = [start, start.AddSeconds(10), start.AddSeconds(300), start.AddSeconds(310)];
        var chart = _page.Render<Chart>(set => set.Add(it => it.Title, "Tasks").Add(it => it.Step, TimeSpan.FromSeconds(10)).Add(it => it.Times, times)
            .Add(it => it.Lines, [new ChartLine("placed", "line-a", [1, 2, 3, 4])]));

        chart.Find("path").GetAttribute("d")!.Count(letter => letter == 'M').ShouldBe(2);
        chart.Find("svg").GetAttribute("aria-label").ShouldBe("Tasks: placed 1 to 4");
    }
}
