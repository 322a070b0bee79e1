using Platform.Core.Placement;

namespace Platform.Benchmarks.Placement;

/// <summary>
/// Machines that tasks of a production trace need when they come one by one in random order, against the lower bound: the
/// largest, over the kinds of resources, of what all tasks ask for divided by what a machine has.
/// </summary>
internal sealed class PackingBenchmark : IBenchmark
{
    private const int Seeds = 11;

    public string Description => "machines used against the lower bound, 11 seeds: --tasks 5000";

    public Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var tasks = options.Number("tasks", 5_000);
        options.RejectUnknown();
        return Task.FromResult<IReadOnlyDictionary<string, object>>(new Dictionary<string, object>
        {
            ["tasks"] = tasks,
            ["shapes"] = "alibaba/clusterdata, cluster-trace-gpu-v2023",
            ["cpuAndMemory"] = Measure(tasks, withGpus: false),
            ["cpuMemoryAndGpus"] = Measure(tasks, withGpus: true),
        });
    }

    private static object Measure(int tasks, bool withGpus)
    {
        var ratios = new List<double>();
        var (machines, bound) = (0, 0);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            (machines, bound) = Pack([.. TraceShapes.Draw(tasks, seed, withGpus)]);
            ratios.Add((double)machines / bound);
        }

        ratios.Sort();
        // The 90th percentile by nearest rank: the 10th of 11.
        return new { median = Math.Round(ratios[Seeds / 2], 4), percentile90 = Math.Round(ratios[9], 4), worst = Math.Round(ratios[^1], 4), lastMachines = machines, lastLowerBound = bound };
    }

    private static (int Machines, int Bound) Pack(ScalarAmounts[] tasks)
    {
        var machine = TraceShapes.Machine;
        var bound = (int)Math.Ceiling(Math.Max(
            Math.Max(tasks.Sum(task => task.Cpus) / machine.Cpus, tasks.Sum(task => task.Mem) / machine.Mem),
            tasks.Sum(task => task.Gpus) / machine.Gpus));
        var pool = new PlacementPool();
        for (var i = 0; i < bound * 2; i++) pool.SetAgent(new PoolAgent { Id = $"m{i}", Hostname = $"m{i}", Unreserved = machine });
        var used = new HashSet<string>();
        for (var i = 0; i < tasks.Length; i++)
        {
            var plan = Planner.Place(pool, new Demand { Id = $"d{i}", Owner = "app:/mix", Shape = new TaskShape { Scalars = tasks[i] } }, DateTimeOffset.UnixEpoch);
            used.Add(plan.Placements.Single().AgentId);
        }

        return (used.Count, bound);
    }
}
