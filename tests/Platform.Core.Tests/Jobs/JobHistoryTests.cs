using System.Globalization;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Core.Tests.Jobs;

/// <summary>Random jobs, clocks and deaths, held to what is promised. PLATFORM_JOB_SEEDS says how many histories; 12 if it says nothing.</summary>
public sealed class JobHistoryTests
{
    private const string Seeds = "PLATFORM_JOB_SEEDS";

    private static readonly DateTimeOffset Begin = new(2026, 3, 28, 23, 59, 0, TimeSpan.Zero);

    public static TheoryData<int> Histories() =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable(Seeds), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 12)];

    [Theory]
    [MemberData(nameof(Histories))]
    public void Every_due_time_runs_once_and_every_follower_as_its_edges_count_whatever_dies(int seed)
    {
        var specs = Specs(new Random(seed));
        var world = new JobWorld(seed, specs, Begin);
        world.Add();

        world.Run(steps: 400);

        world.Started.ShouldBeUnique();
        world.Acknowledged.ShouldAllBe(asked => world.Jobs[asked.JobId].StoredRuns.ContainsKey(asked.RunId));
        foreach (var job in world.Jobs.Values)
        {
            var runs = job.StoredRuns.Values.ToList();
            runs.Select(run => run.Number).Order().ShouldBe(Enumerable.Range(1, runs.Count).Select(number => (long)number));
            CheckDueTimes(job, runs);
            CheckEnds(world, job, runs);
            CheckEdges(world, job, runs);
        }
    }

    private static void CheckDueTimes(StoredJob job, List<RunState> runs)
    {
        if (job.Spec.Schedule is not { } spec)
            return;
        var made = runs.Where(run => run.Trigger == RunTrigger.Schedule).Select(run => run.Nominal!.Value).Order().ToList();
        var schedule = ScheduleParser.Parse(spec.Timing, Begin, ScheduleParser.SeedOf(job.Spec.Id), [])!;
        var due = schedule.After(Begin.AddTicks(-1), 100_000).TakeWhile(at => at <= job.Head.Cursor).ToList();
        made.ShouldBeUnique();
        made.Except(due).ShouldBeEmpty();
        if (spec.CatchUp == CatchUpPolicy.All && job.Spec.Concurrency != ConcurrencyPolicy.Forbid)
            made.ShouldBe(due);
        runs.Where(run => run.Trigger == RunTrigger.Schedule).ShouldAllBe(run => run.RunId == RunIds.Of(job.Spec.Id, run.Nominal!.Value, 0));
    }

    // Each run has ended as its processes have: an index succeeded once, and as often as the ledger says.
    private static void CheckEnds(JobWorld world, StoredJob job, List<RunState> runs)
    {
        foreach (var run in runs)
        {
            run.Ended.ShouldBeTrue();
            var prefix = $"{job.Spec.Id}_{run.RunId}.";
            var successes = world.Finished.Where(task => task.StartsWith(prefix, StringComparison.Ordinal)).Select(task => task[prefix.Length..].Split('.')[0]).ToList();
            run.Succeeded.ShouldBeLessThanOrEqualTo(successes.Count);
            if (run.Phase == RunPhase.Succeeded)
                successes.Distinct().Count().ShouldBe(run.Count);
            if (run.Stopping is null && run.Spec.Array is not { Gang: true })
                (run.Succeeded + run.Failed).ShouldBe(run.Count);
        }
        job.Head.Successes.ShouldBe(runs.Count(run => run.Phase == RunPhase.Succeeded));
        job.Head.Failures.ShouldBe(runs.Count(run => run.Phase == RunPhase.Failed));
    }

    // On each edge every end of the parent has counted once; a level that all edges have reached has made one run.
    private static void CheckEdges(JobWorld world, StoredJob job, List<RunState> runs)
    {
        if (job.Spec.Parents.IsEmpty)
            return;
        var counts = job.Spec.Parents.Select(parent =>
        {
            var ends = world.Jobs[parent].StoredRuns.Values.ToList();
            bool Succeeds(RunState run) => run.Phase == RunPhase.Succeeded || (run.Phase == RunPhase.Failed && run.Spec.SoftError);
            return job.Spec.Condition switch
            {
                ParentCondition.Failed => ends.Count(run => !Succeeds(run)),
                ParentCondition.Done => ends.Count,
                _ => ends.Count(Succeeds),
            };
        }).ToList();
        job.Spec.Parents.Select(parent => job.Head.Edges.Find(parent)).ShouldBe(counts.Select(count => (long)count));
        var wanted = job.Spec.Condition is ParentCondition.Any or ParentCondition.Failed ? counts.Sum() : counts.Min();
        var made = runs.Count(run => run.Trigger == RunTrigger.Parents);
        if (job.Spec.Concurrency == ConcurrencyPolicy.Forbid)
            (made + job.Head.Skipped).ShouldBe(wanted);
        else
            made.ShouldBe(wanted);
    }

    private static List<JobSpec> Specs(Random chance)
    {
        T One<T>(params T[] choices) => choices[chance.Next(choices.Length)];
        var specs = new List<JobSpec>();
        for (var i = 0; i < 6; i++)
        {
            var isRoot = i < 2 || chance.Next(4) == 0;
            var parents = isRoot ? default : specs.OrderBy(_ => chance.Next()).Take(chance.Next(1, 3)).Select(spec => spec.Id).ToValueList();
            specs.Add(new()
            {
                Id = $"job{i}",
                Task = new() { Command = new() { Shell = "true" } },
                KeptRuns = 10_000,
                Concurrency = One(ConcurrencyPolicy.Allow, ConcurrencyPolicy.Forbid, ConcurrencyPolicy.Queue, ConcurrencyPolicy.Replace),
                Retry = new() { Limit = chance.Next(3), BackoffSeconds = 0.5 },
                SoftError = chance.Next(4) == 0,
                Array = chance.Next(6) switch { 0 or 1 => new(3, 3 + chance.Next(4), chance.Next(3), chance.Next(2) == 0), 2 => new(0, chance.Next(4), Gang: true), _ => null },
                Parents = parents,
                Condition = One(ParentCondition.All, ParentCondition.All, ParentCondition.Any, ParentCondition.Done, ParentCondition.Failed),
                Schedule = isRoot
                    ? new()
                    {
                        Timing = new() { Expression = One("*/7 * * * * *", "* * * * *", "*/20 * * * * *", "R/2026-03-29T00:00:00Z/PT9S"), Zone = One(null, "Europe/Berlin", "America/New_York") },
                        CatchUp = One(CatchUpPolicy.All, CatchUpPolicy.All, CatchUpPolicy.One, CatchUpPolicy.Skip),
                        JitterSeconds = One(0, 0, 2.5),
                    }
                    : null,
            });
        }
        return specs;
    }
}
