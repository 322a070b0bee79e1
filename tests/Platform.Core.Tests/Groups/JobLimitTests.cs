using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Core.Tests.Groups;

/// <summary>What jobs come to against the limits of groups.</summary>
public sealed class JobLimitTests
{
    private const string Fix = "; ask for less, or have its limit raised";

    private static readonly Guid Gate = new("00000000-0000-0000-0000-000000000001");

    private readonly Tree _tree = new();

    private static JobSpec Job(string id, JobArraySpec? array = null, double cpus = 0.5) =>
        new() { Id = id, Task = new() { Command = new() { Shell = "true" }, Cpus = cpus, Mem = 64, Disk = 10, Gpus = 1 }, Array = array };

    private static GroupUse Jobs(long jobs, decimal cpus = 0) => new(0, jobs, cpus, 0, 0, 0, jobs);

    [Theory]
    [InlineData("nightly", "/")]
    [InlineData("shop.nightly", "/shop")]
    [InlineData("shop.batch.nightly", "/shop/batch")]
    [InlineData("shop..nightly.", "/shop")]
    [InlineData("...", "/")]
    [InlineData("Shop.nightly", "/Shop")]
    public void A_job_is_in_the_group_that_its_name_says(string id, string group) => JobGroups.Of(id).ShouldBe(group);

    [Theory]
    [InlineData(ConcurrencyPolicy.Allow)]
    [InlineData(ConcurrencyPolicy.Forbid)]
    [InlineData(ConcurrencyPolicy.Replace)]
    [InlineData(ConcurrencyPolicy.Queue)]
    public void A_job_comes_to_the_tasks_that_one_run_has_at_a_time(ConcurrencyPolicy policy)
    {
        GroupUse.Of(Job("a") with { Concurrency = policy, Disabled = true }).ShouldBe(new(0, 1, 0.5m, 64, 10, 1, 1));
        GroupUse.Of(Job("a", new(3, 12)) with { Concurrency = policy }).ShouldBe(new(0, 10, 5, 640, 100, 10, 1));
        GroupUse.Of(Job("a", new(3, 12, Parallelism: 4)) with { Concurrency = policy }).ShouldBe(new(0, 4, 2, 256, 40, 4, 1));
        GroupUse.Of(Job("a", new(0, 1, Parallelism: 4)) with { Concurrency = policy }).ShouldBe(new(0, 2, 1, 128, 20, 2, 1));
        GroupUse.Of(Job("a", new(0, 3, Gang: true)) with { Concurrency = policy }).ShouldBe(new(0, 4, 2, 256, 40, 4, 1));
    }

    [Fact]
    public void An_app_is_refused_for_what_the_jobs_of_its_group_and_below_come_to()
    {
        _tree.Ledger.SetLimit("/team", new() { Instances = 4, Cpus = 100, Apps = 1, Jobs = 0 });
        _tree.Ledger.SetLimit("/other", new() { Instances = 1 });
        _tree.Ledger.Jobs.Begin(new(Gate, 1, ValueMap.Create(("/team", Jobs(1, 99.5m)), ("/team/deep/er", Jobs(2)), ("/teams", Jobs(50)), ("/", Jobs(50)))));

        _tree.Change(Tree.Put("/team/a", instances: 2)).Result.Problems.ShouldBe(
        [
            "Group /team may have 4 instances and would have 5, 3 of it for jobs" + Fix,
            "Group /team may have 100 cpus and would have 101.5, 99.5 of it for jobs" + Fix,
        ]);
        _tree.Ledger.Jobs.Begin(new(Gate, 1, ValueMap.Create(("/team", Jobs(1)), ("/team/deep/er", Jobs(2)))));
        // Jobs are beyond their limit already, and it is not this change that makes more of them.
        _tree.Change(Tree.Put("/team/a")).Accepted.ShouldBeTrue();
        _tree.Change(Tree.Put("/other/a")).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void A_job_is_refused_for_what_apps_and_other_jobs_come_to_in_every_group_that_it_is_in()
    {
        _tree.Change(Tree.Put("/team/in/a", instances: 2), Tree.Put("/else/a", instances: 9));
        _tree.Ledger.SetLimit("/", new() { Jobs = 1 });
        _tree.Ledger.SetLimit("/team", new() { Instances = 4 });
        _tree.Ledger.SetLimit("/team/in", new() { Instances = 5 });
        _tree.Ledger.SetLimit("/team/in/a", new() { Instances = 0 });
        var uses = ValueMap.Create(("/team", Jobs(1)), ("/team/in", Jobs(99))).AsEnumerable().ToDictionary();

        GroupLimits.Beyond(_tree.Ledger.Limits, _tree.Ledger.Apps, uses, new JobClaim(Gate, 1, "/team/in", Jobs(1), Jobs(2))).ShouldBe(
        [
            new("/", "jobs", "Group / may have 1 jobs and would have 3" + Fix),
            new("/team", "instances", "Group /team may have 4 instances and would have 5, 3 of it for jobs" + Fix),
        ]);
        // What becomes less, or stays, is never refused.
        GroupLimits.Beyond(_tree.Ledger.Limits, _tree.Ledger.Apps, uses, new JobClaim(Gate, 1, "/team/in", Jobs(90), Jobs(80))).ShouldBeEmpty();
        GroupLimits.Beyond(_tree.Ledger.Limits, _tree.Ledger.Apps, uses, new JobClaim(Gate, 1, "/else", Jobs(0), Jobs(1))).Select(excess => excess.Group).ShouldBe(["/"]);
        GroupLimits.Used(_tree.Ledger.Limits, _tree.Ledger.Apps, uses)["/team"].ShouldBe(Jobs(100) + GroupUse.Of(_tree.Ledger.Apps["/team/in/a"].Spec));
    }

    [Fact]
    public void What_a_job_gives_up_counts_until_it_is_stored_and_what_it_asks_for_from_the_beginning()
    {
        var jobs = new JobGroups();
        jobs.Add(Job("team.a", cpus: 4));
        jobs.Add(Job("team.b", cpus: 1));
        jobs.Add(Job("c"));
        jobs.Hold("/team", jobs.UseOf("/team") - GroupUse.Of(Job("team.a", cpus: 4)) + GroupUse.Of(Job("team.a", new(0, 1), cpus: 1)));
        jobs.Remove(Job("team.a", cpus: 4));
        jobs.Add(Job("team.a", new(0, 1), cpus: 1));

        (jobs.UseOf("/team").Cpus, jobs.UseOf("/team").Instances).ShouldBe((3m, 3));
        (jobs.Counted()["/team"].Cpus, jobs.Counted()["/team"].Instances).ShouldBe((5m, 3));
        jobs.Release();
        jobs.Counted()["/team"].Cpus.ShouldBe(3);

        jobs.Hold("/new", Jobs(1));
        jobs.Counted()["/new"].ShouldBe(Jobs(1));
        jobs.Release();
        foreach (var spec in (JobSpec[])[Job("team.a", new(0, 1), cpus: 1), Job("team.b", cpus: 1), Job("c")])
            jobs.Remove(spec);
        jobs.Counted().ShouldBe(default);
    }

    [Fact]
    public void What_is_told_late_or_by_another_gate_changes_nothing()
    {
        var book = new JobBook();
        book.Take(new JobClaim(Gate, 1, "/a", Jobs(0), Jobs(1))).ShouldBeFalse("nothing is known yet");
        book.Begin(new(Gate, 4, ValueMap.Create(("/a", Jobs(1)))));
        // The one that made it ask is counted in what it was told, and has the same number.
        book.Take(new JobClaim(Gate, 4, "/a", Jobs(1), Jobs(2))).ShouldBeTrue();
        book.Take(new JobUses(Gate, 5, ValueMap.Create(("/a", Jobs(1))))).ShouldBeTrue();
        book.Take(new JobClaim(Gate, 4, "/a", Jobs(1), Jobs(9))).ShouldBeFalse();
        book.Take(new JobUses(Gate, 3, ValueMap.Create(("/a", Jobs(0))))).ShouldBeFalse();
        book.Take(new JobUses(Guid.NewGuid(), 9, ValueMap.Create(("/a", Jobs(0))))).ShouldBeFalse();
        book.Uses["/a"].ShouldBe(Jobs(1));
        book.Forget();
        (book.IsKnown, book.IsOf(Gate), book.Uses.Count).ShouldBe((false, false, 0));
    }

    [Fact]
    public void Each_excess_is_a_problem_of_the_member_that_asks_for_it_and_what_cannot_be_counted_is_not_asked_for()
    {
        GroupExcess[] excesses = [.. ((string[])["jobs", "instances", "cpus", "mem", "disk", "gpus"]).Select(member => new GroupExcess("/", member, member))];
        JobGroups.ProblemsOf(Job("a"), excesses).Select(problem => problem.Path).ShouldBe(["id", "id", "task.cpus", "task.mem", "task.disk", "task.gpus"]);
        JobGroups.ProblemsOf(Job("a", new(0, 5)), excesses).ElementAt(1).Path.ShouldBe("array");
        JobGroups.CanCount([new SpecProblem("parents", ""), new SpecProblem("task.ports", "")]).ShouldBeTrue();
        foreach (var path in (string[])["id", "task.cpus", "task.mem", "task.disk", "task.gpus", "array.to"])
            JobGroups.CanCount([new SpecProblem(path, "")]).ShouldBeFalse(path);
    }

    [Fact]
    public void Only_what_may_grow_under_a_limit_has_to_know_of_jobs()
    {
        var limits = new Dictionary<string, GroupLimit> { ["/team"] = new() { Instances = 1 } };
        bool Concerned(params AppChange[] apps) => GroupLimits.Concern(limits, new() { Apps = [.. apps] });
        Concerned(Tree.Put("/team/in/a")).ShouldBeTrue();
        Concerned(Tree.Put("/teams/a"), Tree.Put("/team"), Tree.Remove("/team/a"), new() { AppId = "/team/a", Kind = AppChangeKind.Restart }).ShouldBeFalse();
        limits["/"] = new() { Instances = 1 };
        Concerned(Tree.Put("/teams/a")).ShouldBeTrue();
    }

    [Fact]
    public void That_a_job_was_let_through_is_no_part_of_the_tree()
    {
        _tree.Change(Tree.Put("/a"));
        _tree.Ledger.NoteJobClaim();
        _tree.Restart();
        _tree.Ledger.Apps.Keys.ShouldBe(["/a"]);
        _tree.Ledger.NoteJobClaim();
    }
}
