using Platform.Core.Placement;

namespace Platform.Benchmarks.Placement;

/// <summary>Preemptions per second: agents full of low priority, and as many tasks of high priority, as one demand and one by one.</summary>
internal sealed class PreemptionBenchmark : IBenchmark
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    public string Description => "placements that preempt, per second of processor time: --agents 5000 --tasks 5000 --each 6";

    public Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var agents = options.Number("agents", 5_000);
        var tasks = options.Number("tasks", 5_000);
        var each = options.Number("each", 6);
        options.RejectUnknown();
        var results = new Dictionary<string, object> { ["agents"] = agents, ["tasks"] = tasks, ["lowPriorityTasksPerAgent"] = each };
        foreach (var oneByOne in (bool[])[false, true])
        {
            var rates = new List<double>();
            var victims = 0;
            for (var round = -1; round < 3; round++)
            {
                var pool = Cluster.Uniform(agents);
                Planner.Place(pool, new Demand { Id = "low", Owner = "app:/low", Priority = 10, Count = agents * each, Shape = TaskShape.Of(24m / each, 65_536m / each / 2) }, Now);
                Demand High(string id, int count) => new() { Id = id, Owner = $"app:/{id}", Priority = 80, Count = count, Shape = TaskShape.Of(2, 4_096) };
                var demands = oneByOne ? Enumerable.Range(0, tasks).Select(i => High($"high-{i}", 1)).ToArray() : [High("high", tasks)];
                GC.Collect();
                var start = Environment.CpuUsage.TotalTime;
                var placed = 0;
                victims = 0;
                foreach (var demand in demands)
                {
                    var plan = Planner.Place(pool, demand, Now);
                    placed += plan.Placements.Length;
                    victims += plan.Preemptions.Length;
                }

                var spent = Environment.CpuUsage.TotalTime - start;
                if (placed != tasks) throw new InvalidOperationException($"{placed} of {tasks} tasks were placed");
                if (round >= 0) rates.Add(placed / spent.TotalSeconds);
            }

            rates.Sort();
            results[oneByOne ? "oneByOne" : "oneDemand"] = new { perSecond = Math.Round(rates[rates.Count / 2]), victims };
        }

        return Task.FromResult<IReadOnlyDictionary<string, object>>(results);
    }
}
