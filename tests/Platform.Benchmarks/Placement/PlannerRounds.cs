using Platform.Core.Placement;

namespace Platform.Benchmarks.Placement;

/// <summary>The rounds of one variant on one cluster: everything is placed, and released again outside of the measurement.</summary>
internal sealed class PlannerRounds
{
    internal static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private readonly PlacementPool _pool;
    private readonly Demand[] _demands;

    public PlannerRounds(int agents, Demand[] demands)
    {
        _pool = Cluster.Uniform(agents);
        _demands = demands;
        // The first demand of a kind makes the indexes that it needs; that is paid once, and told apart.
        GC.Collect();
        var start = Environment.CpuUsage.TotalTime;
        Planner.DryRun(_pool, [demands[0] with { Count = 1, TaskIds = [] }], Now);
        FirstUse = (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
        // A cluster is old when a demand comes: its objects are not young ones that the collector moves about meanwhile.
        for (var generation = 0; generation < GC.MaxGeneration; generation++) GC.Collect();
    }

    /// <summary>How many tasks were placed in the last round.</summary>
    public int Placed { get; private set; }

    /// <summary>Milliseconds of processor time that the first demand took.</summary>
    public double FirstUse { get; }

    /// <summary>Placements per second of processor time, for each round that counts.</summary>
    public List<double> Rates { get; } = [];

    public double PerSecond => Median(Rates);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public void Run(bool counts)
    {
        GC.Collect();
        var start = Environment.CpuUsage.TotalTime;
        var plans = Array.ConvertAll(_demands, demand => Planner.Place(_pool, demand, Now));
        var spent = Environment.CpuUsage.TotalTime - start;
        Placed = plans.Sum(plan => plan.Placements.Length);
        foreach (var placement in plans.SelectMany(plan => plan.Placements)) _pool.Release(placement.TaskId);
        if (counts) Rates.Add(Placed / spent.TotalSeconds);
    }
}
