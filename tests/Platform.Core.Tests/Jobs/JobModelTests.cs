using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Jobs;

public sealed class JobModelTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_due_runs_once_whatever_is_forgotten()
    {
        var job = new SimulatedJob(Minutely());
        job.Begin(Noon);

        job.Run(Noon.AddMinutes(1));
        // The grain dies after its write, and the timer wakes it again and again.
        job.Restart();
        job.Run(Noon.AddMinutes(1));
        job.Run(Noon.AddMinutes(1).AddSeconds(2));

        job.Runs.Select(run => run.Nominal).ShouldBe([Noon.AddMinutes(1)]);
        job.Runs.Single().RunId.ShouldBe(RunIds.Of("nightly", Noon.AddMinutes(1), 0));
    }

    [Fact]
    public void A_write_that_never_came_is_made_again_under_the_same_id()
    {
        var (one, other) = (new SimulatedJob(Minutely()), new SimulatedJob(Minutely()));
        one.Begin(Noon);
        other.Begin(Noon);

        one.Run(Noon.AddMinutes(1));
        other.Run(Noon.AddMinutes(1).AddSeconds(7));

        other.Runs.Single().RunId.ShouldBe(one.Runs.Single().RunId);
    }

    [Theory]
    // Minutely, away for ten minutes from 12:00:30 on: 12:01 to 12:10 were missed.
    [InlineData(CatchUpPolicy.Skip, 0)]
    [InlineData(CatchUpPolicy.One, 1)]
    [InlineData(CatchUpPolicy.All, 10)]
    public void What_was_missed_is_made_up_for_as_the_policy_says(CatchUpPolicy policy, int runs)
    {
        var job = new SimulatedJob(Minutely() with { Schedule = Minutely().Schedule! with { CatchUp = policy } });
        job.Begin(Noon.AddSeconds(30));

        job.Run(Noon.AddMinutes(10).AddSeconds(30));

        job.Runs.Count.ShouldBe(runs);
        if (policy == CatchUpPolicy.One)
            job.Runs.Single().Nominal.ShouldBe(Noon.AddMinutes(10));
    }

    [Fact]
    public void A_year_of_seconds_that_was_missed_costs_nothing_and_makes_one_run()
    {
        var job = new SimulatedJob(Minutely() with { Schedule = new() { Timing = new() { Expression = "* * * * * *" }, CatchUp = CatchUpPolicy.One } });
        job.Begin(Noon);

        job.Run(Noon.AddYears(1).AddMilliseconds(500));

        // The last ten seconds were on time; those are all that run.
        job.Runs.Count.ShouldBe(10);
    }

    [Fact]
    public void What_is_too_late_for_its_deadline_is_left_out()
    {
        var job = new SimulatedJob(Minutely() with { Schedule = Minutely().Schedule! with { StartingDeadlineSeconds = 60 } });
        job.Begin(Noon.AddSeconds(30));

        job.Run(Noon.AddHours(3).AddSeconds(30));

        job.Runs.Single().Nominal.ShouldBe(Noon.AddHours(3));
    }

    [Fact]
    public void What_was_due_while_it_was_paused_is_not_made_up_for()
    {
        var job = new SimulatedJob(Minutely());
        job.Begin(Noon);
        job.Model.Pause("weekend");
        job.Run(Noon.AddDays(2));
        job.Model.Resume(Noon.AddDays(2).AddSeconds(1));

        job.Run(Noon.AddDays(2).AddSeconds(2));
        job.Runs.ShouldBeEmpty();

        job.Run(Noon.AddDays(2).AddMinutes(1));
        job.Runs.Count.ShouldBe(1);
    }

    [Fact]
    public void A_clock_that_goes_back_makes_nothing_run_twice()
    {
        var job = new SimulatedJob(Minutely());
        job.Begin(Noon);
        job.Run(Noon.AddMinutes(1));

        job.Run(Noon.AddSeconds(-90));
        job.Run(Noon.AddMinutes(1));

        job.Runs.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(ConcurrencyPolicy.Allow, 2, RunPhase.Active)]
    [InlineData(ConcurrencyPolicy.Forbid, 1, RunPhase.Active)]
    [InlineData(ConcurrencyPolicy.Queue, 2, RunPhase.Active)]
    [InlineData(ConcurrencyPolicy.Replace, 2, RunPhase.Stopped)]
    public void A_run_that_is_due_while_another_goes_on_obeys_the_policy(ConcurrencyPolicy policy, int runs, RunPhase first)
    {
        var job = new SimulatedJob(Minutely() with { Concurrency = policy });
        job.Begin(Noon);
        job.Run(Noon.AddMinutes(1));
        job.PlaceAll(Noon.AddMinutes(1));

        job.Run(Noon.AddMinutes(2));
        job.EndKilled(Noon.AddMinutes(2).AddSeconds(1));

        job.Runs.Count.ShouldBe(runs);
        job.Runs[0].Phase.ShouldBe(first);
        if (policy == ConcurrencyPolicy.Queue)
        {
            job.Runs[1].Phase.ShouldBe(RunPhase.Waiting);
            job.End(job.Runs[0], TaskState.Finished, Noon.AddMinutes(2).AddSeconds(5));
            job.Runs[1].Phase.ShouldBe(RunPhase.Starting);
        }
    }

    [Fact]
    public void A_failure_is_tried_again_after_growing_pauses_and_then_fails_the_run()
    {
        // Pauses 1, 2 and 4 s: attempts at 0, 1, 3 and 7 s.
        var job = new SimulatedJob(OnRequest() with { Retry = new() { Limit = 3, BackoffSeconds = 1, BackoffFactor = 2 } });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        var at = Noon;
        foreach (var pause in new[] { 0, 1, 2, 4 })
        {
            at = at.AddSeconds(pause);
            job.Run(at.AddMilliseconds(-1));
            job.PlaceAll(at.AddMilliseconds(-1)).ShouldBe(0);
            job.Run(at);
            job.PlaceAll(at).ShouldBe(1);
            job.End(job.Runs[0], TaskState.Failed, at);
        }

        job.Runs.Single().Phase.ShouldBe(RunPhase.Failed);
        job.Head.Failures.ShouldBe(1);
    }

    [Fact]
    public void So_many_failures_in_a_row_pause_a_job_and_a_success_that_is_set_by_hand_counts()
    {
        var job = new SimulatedJob(Minutely() with { PauseAfterFailures = 2 });
        job.Begin(Noon);
        void RunAt(int minute, TaskState end)
        {
            job.Run(Noon.AddMinutes(minute));
            job.PlaceAll(Noon.AddMinutes(minute));
            job.EndAll(end, Noon.AddMinutes(minute).AddSeconds(5));
        }
        RunAt(1, TaskState.Failed);
        job.Model.TellSuccess(Noon.AddMinutes(1).AddSeconds(30));
        job.Head.ShouldSatisfyAllConditions(head => head.Successes.ShouldBe(1), head => head.FailuresInRow.ShouldBe(0), head => head.LastSuccess.ShouldBe(Noon.AddMinutes(1).AddSeconds(30)));

        RunAt(2, TaskState.Failed);
        job.Head.Paused.ShouldBeNull();
        RunAt(3, TaskState.Failed);

        job.Head.Paused.ShouldBe("2 runs in a row have failed");
        RunAt(4, TaskState.Failed);
        job.Runs.Count.ShouldBe(3, "nothing is due while it is paused");
    }

    [Fact]
    public void Many_runs_of_one_instant_have_ids_of_their_own()
    {
        // Ids have five characters besides the second: of so many about eighty would be the same.
        var job = new SimulatedJob(OnRequest() with { KeptRuns = 10_000 });
        job.Begin(Noon);
        const int Many = 400_000;

        var ids = Enumerable.Range(0, Many).Select(_ => job.Model.Start(default, default, Noon.AddDays(1), Noon)).ToHashSet(StringComparer.Ordinal);

        ids.Count.ShouldBe(Many);
    }

    [Fact]
    public void A_job_whose_zone_is_gone_is_kept_and_says_why_it_is_never_due()
    {
        var job = new SimulatedJob(Minutely() with { Schedule = new() { Timing = new() { Expression = "* * * * *", Zone = "Nowhere/City" } } });
        job.Begin(Noon);

        job.Run(Noon.AddMinutes(5));
        job.Restart();

        job.Runs.ShouldBeEmpty();
        job.Model.NextDue.ShouldBeNull();
        job.Model.ScheduleProblem.ShouldNotBeNull().ShouldStartWith("schedule.zone: there is no time zone 'Nowhere/City'");
        job.Model.Define(Minutely(), 2, [], Noon.AddMinutes(5));
        (job.Model.ScheduleProblem, job.Model.NextDue).ShouldBe((null, Noon.AddMinutes(5)));
    }

    [Fact]
    public void Numbers_that_no_instant_can_bear_are_refused()
    {
        var spec = Minutely() with
        {
            Schedule = Minutely().Schedule! with { StartingDeadlineSeconds = 1e300, CatchUpWindowSeconds = double.MaxValue },
            Retry = new() { DeadlineSeconds = 1e18 },
            MaxLaunchDelaySeconds = 1e12,
            PauseAfterFailures = 0,
            Task = OnRequest().Task with { TimeoutSeconds = 1e300, UnreachableSeconds = 1e11, SecretFiles = ValueMap.Create(("/run/key", "key")) },
        };

        JobValidator.Validate(spec, Noon).Select(problem => problem.Path).ShouldBe(
            ["schedule.startingDeadlineSeconds", "schedule.catchUpWindowSeconds", "task.timeoutSeconds", "task.unreachableSeconds", "task.volumes", "retry.deadlineSeconds", "maxLaunchDelaySeconds", "pauseAfterFailures"],
            ignoreOrder: true);
    }

    [Fact]
    public void A_secret_is_a_file_or_a_variable()
    {
        var job = new SimulatedJob(OnRequest() with
        {
            Task = OnRequest().Task with { Secrets = ValueMap.Create(("key", "ops/key")), SecretFiles = ValueMap.Create(("/run/key", "key")), Env = ValueMap.Create(("KEY", new Platform.Core.Apps.EnvValue { Secret = "key" })) },
        });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon);

        var task = JobTasks.Build(job.Runs[0], new() { TaskId = "t", RunId = "r" }, "job:nightly", ValueMap.Create(("key", new SecretText("s3cret"))), [], []);

        task.SecretEnvironment["KEY"].Value.ShouldBe("s3cret");
        task.Volumes.ShouldHaveSingleItem().ShouldSatisfyAllConditions(file => file.ContainerPath.ShouldBe("/run/key"), file => file.Secret!.Value.ShouldBe("s3cret"), file => file.ReadOnly.ShouldBeTrue());
    }

    [Fact]
    public void A_task_that_never_reached_its_agent_is_no_failure()
    {
        var job = new SimulatedJob(OnRequest());
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon);
        job.PlaceAll(Noon, run: false);

        job.End(job.Runs[0], TaskState.Dropped, Noon);
        job.Run(Noon.AddSeconds(1));
        job.PlaceAll(Noon.AddSeconds(1));
        job.End(job.Runs[0], TaskState.Finished, Noon.AddSeconds(2));

        job.Runs.Single().Phase.ShouldBe(RunPhase.Succeeded);
    }

    [Fact]
    public void A_task_on_an_agent_that_stays_away_is_lost_after_a_while_and_tried_again()
    {
        var job = new SimulatedJob(OnRequest() with { Retry = new() { Limit = 1 }, Task = OnRequest().Task with { UnreachableSeconds = 30 } });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon);
        job.PlaceAll(Noon);
        job.Report(job.Runs[0], TaskState.Unreachable, Noon);

        job.Run(Noon.AddSeconds(29));
        job.PlaceAll(Noon.AddSeconds(29)).ShouldBe(0);
        job.Run(Noon.AddSeconds(30));
        job.Run(Noon.AddSeconds(31));

        job.PlaceAll(Noon.AddSeconds(31)).ShouldBe(1);
    }

    [Fact]
    public void An_array_runs_so_many_at_a_time_and_counts_each_index()
    {
        var job = new SimulatedJob(OnRequest() with { Array = new(10, 19, Parallelism: 3) });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        var seen = new List<int>();
        for (var round = 0; round < 10 && !job.Runs[0].Ended; round++)
        {
            job.Run(Noon.AddSeconds(round));
            job.PlaceAll(Noon.AddSeconds(round)).ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(job.Model.LiveTasks.Select(task => task.Index));
            job.EndAll(TaskState.Finished, Noon.AddSeconds(round));
        }

        seen.Order().ShouldBe(Enumerable.Range(10, 10));
        job.Runs.Single().ShouldSatisfyAllConditions(
            run => run.Phase.ShouldBe(RunPhase.Succeeded),
            run => run.Succeeded.ShouldBe(10));
    }

    [Fact]
    public void An_array_that_fails_fast_ends_with_its_first_failure()
    {
        var job = new SimulatedJob(OnRequest() with { Array = new(0, 9, Parallelism: 2, FailFast: true) });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon);
        job.PlaceAll(Noon);

        job.End(job.Runs[0], TaskState.Failed, Noon.AddSeconds(1));
        job.EndKilled(Noon.AddSeconds(2));

        job.Runs.Single().ShouldSatisfyAllConditions(
            run => run.Phase.ShouldBe(RunPhase.Failed),
            run => run.Begun.ShouldBe(2));
    }

    [Fact]
    public void A_gang_is_asked_for_as_a_whole_and_begins_anew_when_one_of_it_fails()
    {
        var job = new SimulatedJob(OnRequest() with { Array = new(5, 7, Gang: true), Retry = new() { Limit = 1, BackoffSeconds = 2 } });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon).Demands.Submitted.Single().ShouldSatisfyAllConditions(demand => demand.GangSize.ShouldBe(3), demand => demand.TaskIds.Length.ShouldBe(3));
        job.PlaceAll(Noon).ShouldBe(3);

        job.End(job.Runs[0], TaskState.Failed, Noon.AddSeconds(1));
        job.Model.LiveTasks.ShouldAllBe(task => task.KillReason != null);
        job.EndKilled(Noon.AddSeconds(2));
        job.Run(Noon.AddSeconds(2.9)).Demands.Submitted.ShouldBeEmpty();
        job.Run(Noon.AddSeconds(3)).Demands.Submitted.Single().GangSize.ShouldBe(3);
        job.PlaceAll(Noon.AddSeconds(3)).ShouldBe(3);
        job.EndAll(TaskState.Finished, Noon.AddSeconds(4));

        job.Runs.Single().ShouldSatisfyAllConditions(run => run.Phase.ShouldBe(RunPhase.Succeeded), run => run.Succeeded.ShouldBe(3), run => run.Gangs.ShouldBe(2));
        var gang = Enumerable.Range(0, 3).Select(rank => new RunTask { TaskId = $"t{rank}", RunId = "r", Index = 5 + rank, Host = $"host{rank}" }).ToList();
        var environment = JobTasks.Build(job.Runs[0], gang[1], "job:nightly", default, [], gang).Environment;
        (environment["PLATFORM_GANG_RANK"], environment["PLATFORM_GANG_SIZE"], environment["PLATFORM_GANG_ADDRESSES"]).ShouldBe(("1", "3", "host0,host1,host2"));
        environment.ContainsKey("PLATFORM_GANG_ENDPOINTS").ShouldBeFalse();
    }

    [Fact]
    public void Tasks_find_their_ports_and_those_of_their_gang()
    {
        var job = new SimulatedJob(OnRequest() with { Array = new(0, 1, Gang: true), Task = OnRequest().Task with { Ports = 2, Priority = 60 } });
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);

        var demand = job.Run(Noon).Demands.Submitted.Single();
        var gang = Enumerable.Range(0, 2).Select(rank => new RunTask { TaskId = $"t{rank}", RunId = "r", Index = rank, Host = $"host{rank}", Ports = [31000 + (10 * rank), 31001 + (10 * rank)] }).ToList();
        var task = JobTasks.Build(job.Runs[0], gang[1], "job:nightly", default, [], gang);

        demand.ShouldSatisfyAllConditions(one => one.Shape.DynamicPorts.ShouldBe(2), one => one.MayPreempt.ShouldBeTrue());
        (task.Environment["PORT"], task.Environment["PORT1"], task.Environment["PORTS"]).ShouldBe(("31010", "31011", "31010,31011"));
        task.Environment["PLATFORM_GANG_ENDPOINTS"].ShouldBe("host0:31000,host1:31010");
        (task.Environment["PLATFORM_GANG_ENDPOINTS0"], task.Environment["PLATFORM_GANG_ENDPOINTS1"]).ShouldBe(("host0:31000,host1:31010", "host0:31001,host1:31011"));
        task.Resources.Ports.Numbers().ShouldBe([31010, 31011]);
    }

    [Fact]
    public void Ends_are_told_to_those_that_follow_until_they_have_heard()
    {
        var job = new SimulatedJob(OnRequest());
        job.Model.Define(job.Spec, 1, ["report"], Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon);
        job.PlaceAll(Noon);
        job.End(job.Runs[0], TaskState.Finished, Noon.AddSeconds(1));

        job.Restart();
        var end = job.Model.Untold["report"].Single();
        end.Succeeded.ShouldBeTrue();
        var child = new SimulatedJob(OnRequest() with { Id = "report", Parents = ["nightly"] });
        child.Begin(Noon);
        child.Model.ParentEnded("nightly", end, Noon.AddSeconds(2));
        child.Model.ParentEnded("nightly", end, Noon.AddSeconds(3));
        job.Model.Heard("report", end.Number);

        child.Runs.Count.ShouldBe(1);
        job.Model.IsLive.ShouldBeFalse();
    }

    // Each letter is a success of that parent, an upper-case one runs the child.
    [Theory]
    [InlineData("aaBB", ParentCondition.All)]
    [InlineData("aBaB", ParentCondition.All)]
    [InlineData("ABAB", ParentCondition.Any)]
    [InlineData("aBbA", ParentCondition.All)]
    public void A_job_with_two_parents_runs_as_the_counters_on_its_edges_say(string history, ParentCondition condition)
    {
        var spec = OnRequest() with { Parents = ["a", "b"], Condition = condition };
        ValueMap<long> edges = default;
        foreach (var letter in history)
        {
            (edges, var runs) = ParentEdges.Count(spec, edges, char.ToLowerInvariant(letter).ToString(), true);
            runs.ShouldBe(char.IsUpper(letter), $"at {letter} of {history}");
        }
    }

    [Fact]
    public void A_parent_that_was_removed_and_added_again_counts_its_ends_anew()
    {
        var child = new SimulatedJob(OnRequest() with { Parents = ["a"] });
        child.Begin(Noon);
        child.Model.ParentEnded("a", new("nightly", 50, "a50", true), Noon);
        child.Model.Define(OnRequest() with { Disabled = true }, 2, [], Noon);
        child.Model.Define(child.Spec, 3, [], Noon);

        child.Model.ParentEnded("a", new("nightly", 1, "a1", true), Noon.AddSeconds(1));

        child.Runs.Select(run => run.Causes.Single().RunId).ShouldBe(["a50", "a1"]);
    }

    [Fact]
    public void What_is_run_again_counts_on_no_edge_twice()
    {
        var child = new SimulatedJob(OnRequest() with { Parents = ["a", "b"] });
        child.Begin(Noon);
        child.Model.ParentEnded("a", new("nightly", 1, "a1", true) { Output = ValueMap.Create(("x", "1")) }, Noon);
        child.Model.ParentEnded("b", new("nightly", 1, "b1", true), Noon);
        child.Run(Noon);
        child.PlaceAll(Noon);
        child.End(child.Runs[0], TaskState.Finished, Noon.AddSeconds(1));

        child.Model.ParentEnded("a", new("nightly", 2, "a2", true) { Replaces = ["a1"], Output = ValueMap.Create(("x", "2")) }, Noon.AddSeconds(2));

        var again = child.Runs[1];
        again.Replaces.ShouldBe([child.Runs[0].RunId]);
        again.Causes.ShouldBe([new RunRef("b", "b1"), new RunRef("a", "a2")]);
        again.Environment["PLATFORM_INPUT_x"].ShouldBe("2");
        // The next of both makes one run, as if nothing had been run again; the next of one makes none.
        child.Model.ParentEnded("b", new("nightly", 2, "b2", true), Noon.AddSeconds(3));
        child.Runs.Count.ShouldBe(2);
        child.Model.ParentEnded("a", new("nightly", 3, "a3", true), Noon.AddSeconds(4));
        child.Runs.Count.ShouldBe(3);
        // One that has failed at first was not counted, and its repetition is.
        child.Model.ParentEnded("a", new("nightly", 4, "a4", false), Noon.AddSeconds(5));
        child.Model.ParentEnded("b", new("nightly", 3, "b3", true), Noon.AddSeconds(6));
        child.Model.ParentEnded("a", new("nightly", 5, "a5", true) { Replaces = ["a4"] }, Noon.AddSeconds(7));
        child.Runs.Count.ShouldBe(4);
    }

    [Fact]
    public void Only_lines_that_are_names_and_values_are_passed_on_and_not_too_many()
    {
        RunOutput.Merge(default, "a=1\nnot a value\n=2\n3x=4\r\n_b=c=d\r\na=2\nsp ace=5").ShouldBe(ValueMap.Create(("a", "2"), ("_b", "c=d")));
        RunOutput.Merge(default, string.Join('\n', Enumerable.Range(0, 200).Select(i => $"n{i}=x"))).Count.ShouldBe(RunOutput.Most);
        RunOutput.Merge(ValueMap.Create(("kept", "1")), $"big={new string('x', RunOutput.Longest)}").ShouldBe(ValueMap.Create(("kept", "1")));
        RunOutput.Inputs("my-job.1", ValueMap.Create(("a", "1"))).Select(input => input.Key).ShouldBe(["PLATFORM_INPUT_a", "PLATFORM_INPUT_my_job_1_a"]);
    }

    [Fact]
    public void A_circle_is_named_in_the_order_in_which_it_would_run()
    {
        string[] ParentsOf(string id) => id switch { "b" => ["a"], "c" => ["b"], _ => [] };

        JobValidator.FindCycle("a", ["c"], ParentsOf).ShouldBe(["a", "b", "c", "a"]);
        JobValidator.FindCycle("d", ["c"], ParentsOf).ShouldBeNull();
    }

    [Fact]
    public void Every_problem_of_a_definition_is_told_at_once()
    {
        var spec = OnRequest() with
        {
            Id = "no good",
            Schedule = new() { Timing = new() { Expression = "0 0 31 2 *", Zone = "Nowhere/City" } },
            Parents = ["other"],
            Task = new() { Command = new() { Shell = "true", Argv = ["true"] }, Cpus = -1 },
            Array = new(5, 2),
            Notifications = [new() { On = [], Webhook = "ftp://example.org", Email = ["nobody", "ops@example.org\r\nBcc: all@example.org"] }, new() { Headers = ValueMap.Create(("Host", "x")) }],
            LateAfterSeconds = 0,
        };

        JobValidator.Validate(spec, Noon).Select(problem => problem.Path).ShouldBe(
            ["id", "schedule.zone", "schedule.expression", "parents", "task.command", "task.cpus", "array.to", "notifications[0].on", "notifications[0]", "notifications[0].webhook", "notifications[0].email[0]",
             "notifications[0].email[1]", "notifications[1]", "notifications[1].headers", "notifications[1].headers", "lateAfterSeconds"]);
    }

    [Fact]
    public void A_job_whose_schedule_is_taken_away_is_right_whoever_was_told_of_lateness()
    {
        var spec = Minutely() with
        {
            LateAfterSeconds = 5,
            Notifications = [new() { On = [NotificationEvent.Lateness], Email = ["a@example.org"] }, new() { On = [NotificationEvent.Failure, NotificationEvent.Lateness], Email = ["b@example.org"] }],
        };
        JobValidator.Validate(spec, Noon).ShouldBeEmpty();

        var without = spec.WithoutSchedule();

        JobValidator.Validate(without, Noon).ShouldBeEmpty();
        without.Notifications.ShouldHaveSingleItem().On.ShouldBe([NotificationEvent.Failure]);
    }

    [Fact]
    public void Runs_of_a_version_of_the_definition_run_the_image_that_was_pulled_first()
    {
        var spec = OnRequest() with { Task = OnRequest().Task with { Image = new() { Containerizer = "docker", Reference = "web:1" } } };
        var job = new SimulatedJob(spec);
        job.Begin(Noon);
        job.StartWithImage("web:1@sha256:aaaa", Noon).ShouldBe([null]);
        job.Restart();
        job.StartWithImage("web:1@sha256:bbbb", Noon).ShouldBe(["sha256:aaaa"]);
        // That another job follows is a new version of what is known of it, and not of what it runs.
        job.Model.Define(spec, 2, ["follower"], Noon);
        job.StartWithImage("web:1@sha256:bbbb", Noon).ShouldBe(["sha256:aaaa"]);
        job.Model.Define(spec with { Description = "new" }, 3, ["follower"], Noon);
        job.StartWithImage("web:1@sha256:bbbb", Noon).ShouldBe([null]);
        job.StartWithImage("web:1@sha256:cccc", Noon).ShouldBe(["sha256:bbbb"]);
        job.Head.ImagePins.Count.ShouldBe(1, "what no run can be made from any more is let go");
    }

    [Fact]
    public void An_image_that_is_to_be_pulled_always_is_the_same_for_all_tasks_of_one_run()
    {
        var spec = OnRequest() with { Array = new(0, 2, Parallelism: 1), Task = OnRequest().Task with { Image = new() { Containerizer = "docker", Reference = "web:1", ForcePull = true } } };
        var job = new SimulatedJob(spec);
        job.Begin(Noon);
        job.Model.Start(default, default, null, Noon);
        job.Run(Noon);
        job.RunImages("web:1@sha256:aaaa", Noon).ShouldBe([null]);
        job.EndAll(TaskState.Finished, Noon);
        job.RunImages("web:1@sha256:bbbb", Noon).ShouldBe(["sha256:aaaa"]);
        job.EndAll(TaskState.Finished, Noon);
        job.EndAll(TaskState.Finished, Noon);
        job.Model.Start(default, default, null, Noon.AddMinutes(1));
        job.Run(Noon.AddMinutes(1));
        job.RunImages("web:1@sha256:bbbb", Noon.AddMinutes(1)).ShouldBe([null]);
    }

    private static JobSpec OnRequest() => new() { Id = "nightly", Task = new() { Command = new() { Shell = "true" } } };

    private static JobSpec Minutely() => OnRequest() with { Schedule = new() { Timing = new() { Expression = "* * * * *" } } };
}
