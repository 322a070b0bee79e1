using System.Text.Json;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Jobs;

public sealed class TriggerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_backfill_runs_each_due_time_of_its_window_once_so_many_at_a_time()
    {
        var job = new SimulatedJob(Hourly());
        job.Begin(Noon);
        // 00:00 to 09:00: ten due times, both ends included.
        job.Model.Backfill(Noon.AddHours(-12), Noon.AddHours(-3), 3, Noon).ShouldBeEmpty();
        var most = 0;
        var told = new List<string>();
        for (var round = 0; round < 20 && job.Model.Backfills[0].EndedAt is null; round++)
        {
            told.AddRange(job.Run(Noon).Happenings.Where(happening => happening.Backfill is not null).Select(Text));
            job.PlaceAll(Noon);
            most = Math.Max(most, job.Model.LiveRuns.Count());
            // The control plane dies in between, and the fourth due time fails.
            job.Restart();
            foreach (var run in job.Model.LiveRuns.ToList())
                job.Model.Report(new() { TaskId = job.Model.LiveTasksOf(run.RunId).Single().TaskId, Owner = "", Timestamp = Noon, State = run.Nominal == Noon.AddHours(-9) ? TaskState.Failed : TaskState.Finished }, Noon);
        }
        told.ShouldBe(["job_backfill_started_event 1: 0 0 0", "job_backfill_ended_event 1: 10 9 1"]);
        static string Text(RunHappening happening) => $"{happening.Type} {happening.Backfill!.Number}: {happening.Backfill.Made} {happening.Backfill.Succeeded} {happening.Backfill.Failed}";

        most.ShouldBe(3);
        job.Runs.Select(run => run.Nominal!.Value).ShouldBe(Enumerable.Range(0, 10).Select(hour => Noon.AddHours(hour - 12)), ignoreOrder: true);
        job.Runs.ShouldAllBe(run => run.Trigger == RunTrigger.Backfill && !run.Late);
        job.Model.Backfills.Single().ShouldSatisfyAllConditions(backfill => backfill.Made.ShouldBe(10), backfill => backfill.Succeeded.ShouldBe(9), backfill => backfill.Failed.ShouldBe(1));
        // What is due now has an id of its own, and so has the same window once more.
        job.Model.Backfill(Noon.AddHours(-12), Noon.AddHours(-12), 1, Noon).ShouldBeEmpty();
        job.Run(Noon);
        job.Runs.Count.ShouldBe(11);
    }

    [Fact]
    public void A_backfill_that_is_stopped_makes_no_more_runs()
    {
        var job = new SimulatedJob(Hourly());
        job.Begin(Noon);
        job.Model.Backfill(Noon.AddDays(-2), Noon, 2, Noon).ShouldBeEmpty();
        job.Run(Noon);
        job.PlaceAll(Noon);

        job.Model.StopBackfill(1).ShouldBeTrue();
        job.EndKilled(Noon.AddSeconds(1));

        job.Runs.Count.ShouldBe(2);
        job.Model.Backfills.Single().ShouldSatisfyAllConditions(backfill => backfill.EndedAt.ShouldNotBeNull(), backfill => backfill.Stopped.ShouldBeTrue(), backfill => backfill.Failed.ShouldBe(2));
        job.Model.StopBackfill(1).ShouldBeFalse();
    }

    [Fact]
    public void A_job_that_is_removed_makes_no_more_runs_of_its_backfills()
    {
        var job = new SimulatedJob(Hourly());
        job.Begin(Noon);
        job.Model.Backfill(Noon.AddDays(-2), Noon, 2, Noon).ShouldBeEmpty();
        job.Run(Noon);
        job.PlaceAll(Noon);

        job.Model.Remove();
        job.EndKilled(Noon.AddSeconds(1));

        job.Runs.Count.ShouldBe(2);
        job.Model.IsGone.ShouldBeTrue();
    }

    [Fact]
    public void A_backfill_says_everything_that_is_wrong_with_it()
    {
        var job = new SimulatedJob(Hourly());
        job.Begin(Noon);

        job.Model.Backfill(Noon.AddHours(2), Noon.AddHours(1), 0, Noon).Select(problem => problem.Path).ShouldBe(["until", "until", "parallelism"]);
        job.Model.Backfill(Noon.AddMinutes(-50), Noon.AddMinutes(-10), 1, Noon).Select(problem => problem.Path).ShouldBe(["from"]);
        job.Model.Backfill(Noon.AddYears(-30), Noon, 1, Noon).Select(problem => problem.Path).ShouldBe(["until"]);
        var plain = new SimulatedJob(Hourly() with { Schedule = null });
        plain.Begin(Noon);
        plain.Model.Backfill(Noon.AddHours(-2), Noon, 1, Noon).ShouldHaveSingleItem();
        job.Model.Backfills.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_sent_twice_under_one_key_makes_one_run_and_obeys_the_concurrency()
    {
        var job = new SimulatedJob(Hourly() with { Schedule = null, Concurrency = ConcurrencyPolicy.Forbid });
        job.Begin(Noon);

        var first = job.Model.Dispatch("order-1", """{"a":1}""", Noon);
        job.Restart();
        job.Model.Dispatch("order-1", """{"a":1}""", Noon.AddSeconds(1)).ShouldBe(first);
        job.Model.Dispatch("order-2", "", Noon.AddSeconds(2)).ShouldBeNull();

        job.Runs.Single().Environment["PLATFORM_PAYLOAD"].ShouldBe("""{"a":1}""");
        job.Head.Skipped.ShouldBe(1);
    }

    [Fact]
    public void An_event_that_is_told_again_makes_no_second_run()
    {
        var job = new SimulatedJob(Hourly() with { Schedule = null });
        job.Begin(Noon);

        job.Model.Happened(7, "{}", Noon);
        job.Restart();
        job.Model.Happened(7, "{}", Noon.AddSeconds(1));
        job.Model.Happened(6, "{}", Noon.AddSeconds(1));
        job.Model.Happened(8, "{}", Noon.AddSeconds(2));

        job.Runs.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("deployment_success", "id=d1", true)]
    [InlineData("deployment_success", "id=d2", false)]
    [InlineData("deployment_failed", "", false)]
    [InlineData("deployment_success", "plan.steps=3;ok=true", true)]
    [InlineData("deployment_success", "plan.none=3", false)]
    [InlineData("deployment_success", "plan=3", false)]
    public void An_event_fits_a_trigger_when_its_type_and_all_named_members_do(string type, string match, bool fits)
    {
        using var json = JsonDocument.Parse("""{"id":"d1","jobId":"other","plan":{"steps":3},"ok":true}""");
        var trigger = new JobTriggerSpec { Event = "deployment_success", Match = match.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1])).ToValueMap() };

        EventMatch.Fits(trigger, "nightly", type, json.RootElement).ShouldBe(fits);
        // What its own runs tell would make it run for ever.
        EventMatch.Fits(trigger, "other", type, json.RootElement).ShouldBeFalse();
    }

    [Fact]
    public void Jobs_that_wait_for_each_others_events_come_to_an_end()
    {
        // Each of three waits for any success; two of them are followed by a job of their own.
        ValueList<JobTriggerSpec> any = [new() { Event = "job_run_succeeded_event" }];
        var plain = Hourly() with { Schedule = null };
        var world = new EventWorld([
            plain with { Id = "start" }, plain with { Id = "a", Triggers = any }, plain with { Id = "b", Triggers = any }, plain with { Id = "c", Triggers = any },
            plain with { Id = "after-a", Parents = ["a"] }, plain with { Id = "after-b", Parents = ["b"] },
        ]);

        world.Start("start", Noon);
        world.RunUntilQuiet(Noon).ShouldBeTrue();

        foreach (var id in (string[])["a", "b", "c"])
            world.Jobs[id].Runs.ShouldNotBeEmpty();
        foreach (var run in world.Jobs.Values.SelectMany(job => job.Runs))
            run.Chain.ShouldNotContain(run.Spec.Id);
        // Nothing is remembered of it: the next success is news.
        var before = world.Jobs["a"].Runs.Count;
        world.Start("start", Noon.AddHours(1));
        world.RunUntilQuiet(Noon.AddHours(1)).ShouldBeTrue();
        world.Jobs["a"].Runs.Count.ShouldBe(2 * before);
    }

    [Fact]
    public void Events_make_so_many_runs_in_a_minute_and_tell_once_that_more_are_left_out()
    {
        // 12 in a minute: one comes back every 5 s.
        var job = new SimulatedJob(Hourly() with { Schedule = null, TriggersPerMinute = 12 });
        job.Begin(Noon);
        for (var i = 1; i <= 100; i++)
            job.Model.Happened(i, "{}", Noon);

        job.Runs.Count.ShouldBe(12);
        job.Head.Skipped.ShouldBe(88);
        job.Run(Noon).Happenings.Single(happening => happening.Type == "job_run_skipped_event").Message.ShouldNotBeNull().ShouldContain("triggersPerMinute");
        job.Model.Happened(101, "{}", Noon.AddSeconds(4.9));
        job.Runs.Count.ShouldBe(12);
        job.Restart();
        job.Model.Happened(102, "{}", Noon.AddSeconds(5));
        job.Model.Happened(103, "{}", Noon.AddSeconds(5));
        job.Runs.Count.ShouldBe(13);
    }

    [Fact]
    public void A_circle_is_found_though_it_is_closed_by_events()
    {
        var jobs = new Dictionary<string, JobSpec>
        {
            ["b"] = Hourly() with { Id = "b", Parents = ["a"] },
            ["c"] = Hourly() with { Id = "c", Triggers = [new() { Event = "job_run_failed_event", Match = ValueMap.Create(("jobId", "b")) }] },
        };
        var closing = Hourly() with { Id = "a", Triggers = [new() { Event = "job_run_started_event", Match = ValueMap.Create(("jobId", "c")) }, new() { Event = "app_terminated_event", Match = ValueMap.Create(("jobId", "z")) }] };

        closing.Sources.ShouldBe(["c"]);
        JobValidator.FindCycle("a", closing.Sources, id => jobs.TryGetValue(id, out var spec) ? spec.Sources : []).ShouldBe(["a", "b", "c", "a"]);
        JobValidator.Validate(Hourly() with { Triggers = [new() { Event = "job_run_failed_event", Match = ValueMap.Create(("jobId", "nightly")) }], TriggersPerMinute = 0 }, Noon)
            .Select(problem => problem.Path).ShouldBe(["triggersPerMinute", "triggers[0].match"]);
    }

    [Fact]
    public void A_run_that_was_asked_for_at_an_instant_starts_then()
    {
        var job = new SimulatedJob(Hourly() with { Schedule = null });
        job.Begin(Noon);
        job.Model.Start(default, default, Noon.AddHours(5), Noon);

        job.Run(Noon);
        job.Restart();
        job.Run(Noon.AddHours(5).AddMilliseconds(-1));
        job.PlaceAll(Noon).ShouldBe(0);
        job.Model.NextWake.ShouldBe(Noon.AddHours(5));
        job.Run(Noon.AddHours(5));

        job.PlaceAll(Noon.AddHours(5)).ShouldBe(1);
        job.Runs.Single().Nominal.ShouldBe(Noon.AddHours(5));
    }

    private static JobSpec Hourly() => new() { Id = "nightly", Task = new() { Command = new() { Shell = "true" } }, Schedule = new() { Timing = new() { Expression = "0 0-11 * * *" } } };
}
