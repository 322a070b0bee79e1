using System.Diagnostics;
using Platform.Core.Placement;

namespace Platform.Benchmarks.Placement;

/// <summary>Placements per second of the planner alone, on one core, for each kind of demand.</summary>
internal sealed class PlannerBenchmark : IBenchmark
{
    private static readonly DateTimeOffset Now = PlannerRounds.Now;

    private static readonly (string Name, Func<int, int, IEnumerable<Demand>> Demands)[] Variants =
    [
        ("identical", (_, tasks) => [Small("identical", tasks)]),
        ("identicalOneByOne", (_, tasks) => Enumerable.Range(0, tasks).Select(i => Small($"one-{i}", 1))),
        ("spreadStrategy", (_, tasks) => [Small("wide", tasks) with { Strategy = PlacementStrategy.Spread }]),
        ("spreadOverRacks", (_, tasks) => [Small("racks", tasks) with { Preferences = [Preference.ForSpread("rack")] }]),
        ("spreadOverRacksInApps", (_, tasks) => Apps(tasks, 10, demand => demand with { Preferences = [Preference.ForSpread("rack")] })),
        ("antiAffinityPerAgent", (_, tasks) => [Small("apart", tasks) with { Preferences = [Preference.ForOwner("", -50)] }]),
        ("antiAffinityInApps", (_, tasks) => Apps(tasks, 100, demand => demand with { Preferences = [Preference.ForOwner("", -50)] })),
        ("softAffinity", (_, tasks) => [Small("near", tasks) with { Preferences = [Preference.ForAttribute("disk", "ssd"), Preference.ForAttribute("rack", "rack-7", 20)] }]),
        ("unique", (agents, tasks) => Apps(tasks, Math.Min(tasks, agents), demand => demand with { Constraints = [new("hostname", ConstraintOperator.Unique)] })),
        ("uniqueInApps", (_, tasks) => Apps(tasks, 100, demand => demand with { Constraints = [new("hostname", ConstraintOperator.Unique)] })),
        ("groupBy", (_, tasks) => [Small("groups", tasks) with { Constraints = [new("rack", ConstraintOperator.GroupBy)] }]),
        ("groupBy75", (_, tasks) => [Small("groups", tasks) with { Constraints = [new("rack", ConstraintOperator.GroupBy, "75")] }]),
        ("maxPer", (agents, tasks) => [Small("max", tasks) with { Constraints = [new("hostname", ConstraintOperator.MaxPer, $"{Math.Max(2, 1 + (tasks / agents))}")] }]),
        ("differentShapes", (_, tasks) => Different(Math.Min(tasks, 20_000))),
    ];

    public string Description => "placements per second of the planner alone: --agents 5000 --tasks 10000 --compare 50000 --rounds 15 --only VARIANT";

    public Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var agents = options.Number("agents", 5_000);
        var compared = options.Number("compare", 10 * agents);
        var tasks = options.Number("tasks", 10_000);
        var rounds = Math.Max(1, options.Number("rounds", 15));
        var only = options.Text("only", "");
        options.RejectUnknown();
        var results = new Dictionary<string, object> { ["agents"] = agents, ["comparedWith"] = compared, ["tasks"] = tasks, ["unit"] = $"placements per second of processor time, median of {rounds}" };
        foreach (var (name, demands) in Variants)
        {
            if (only.Length > 0 && name != only) continue;
            // Both clusters are there all the time, so that both sizes meet the same heap; and they take turns, so that both meet the same machine.
            var small = new PlannerRounds(agents, [.. demands(agents, tasks)]);
            var large = compared > 0 ? new PlannerRounds(compared, [.. demands(compared, tasks)]) : null;
            // The first rounds compile the code.
            for (var round = -3; round < rounds; round++)
            {
                small.Run(counts: round >= 0);
                large?.Run(counts: round >= 0);
            }

            var result = new Dictionary<string, object> { ["perSecond"] = Math.Round(small.PerSecond), ["placed"] = small.Placed, ["firstUseMilliseconds"] = Math.Round(small.FirstUse, 2) };
            if (large is not null)
            {
                result["perSecondCompared"] = Math.Round(large.PerSecond);
                result["firstUseMillisecondsCompared"] = Math.Round(large.FirstUse, 2);
                result["costRatio"] = Math.Round(PlannerRounds.Median(small.Rates.Zip(large.Rates, (one, other) => one / other)), 2);
                // What others do to the caches of the machine hits the best rounds least.
                result["costRatioOfBest"] = Math.Round(small.Rates.Max() / large.Rates.Max(), 2);
            }

            results[name] = result;
            Console.Error.WriteLine($"{name}: {string.Join(", ", result.Select(pair => $"{pair.Key} {pair.Value}"))}");
        }

        if (only.Length == 0)
        {
            results["memory"] = Memory(agents, tasks);
            results["cloneMilliseconds"] = Clone(agents, tasks);
        }

        return Task.FromResult<IReadOnlyDictionary<string, object>>(results);
    }

    private static Demand Small(string name, int count) => new()
    {
        Id = name,
        Owner = $"app:/{name}",
        Count = count,
        Shape = TaskShape.Of(cpus: 0.1m, mem: 32, ports: 1),
    };

    private static IEnumerable<Demand> Apps(int tasks, int each, Func<Demand, Demand> with)
    {
        for (var placed = 0; placed < tasks; placed += each)
            yield return with(Small($"app-{placed}", Math.Min(each, tasks - placed)));
    }

    private static IEnumerable<Demand> Different(int count)
    {
        for (var i = 0; i < count; i++)
            yield return Small($"shape-{i}", 1) with { Shape = TaskShape.Of(cpus: (50 + (i % 200)) / 1000m, mem: 16 + (i / 200), ports: 1) };
    }

    private static object Memory(int agents, int tasks)
    {
        var before = GC.GetTotalMemory(true);
        var pool = Cluster.Uniform(agents);
        var empty = GC.GetTotalMemory(true);
        Planner.Place(pool, Small("identical", tasks), Now);
        var full = GC.GetTotalMemory(true);
        GC.KeepAlive(pool);
        return new { bytesPerAgent = (empty - before) / agents, bytesPerTask = (full - empty) / tasks };
    }

    private static double Clone(int agents, int tasks)
    {
        var pool = Cluster.Uniform(agents);
        Planner.Place(pool, Small("identical", tasks), Now);
        pool.Clone();
        var watch = Stopwatch.StartNew();
        GC.KeepAlive(pool.Clone());
        return Math.Round(watch.Elapsed.TotalMilliseconds, 2);
    }
}
