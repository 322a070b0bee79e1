using System.Diagnostics;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Simulation;

namespace Platform.Benchmarks.ControlPlane;

/// <summary>Apps are submitted at the gate, until every task runs and its state is stored and acknowledged to its agent.</summary>
internal sealed class Deploy : IBenchmark
{
    public string Description => "tasks per second from submit to running and stored: --tasks 100000 --agents 5000 --apps 100 " + BenchmarkStore.Options;

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var tasks = options.Number("tasks", 100_000);
        var agents = options.Number("agents", 5_000);
        var apps = options.Number("apps", 100);
        var (kind, parent) = (options.Text("store", "sqlite"), options.Text("directory", Path.GetTempPath()));
        options.RejectUnknown();

        await using var store = await BenchmarkStore.OpenAsync(kind, parent);
        await using var silo = await ControlPlaneSilo.StartAsync(store);
        var cluster = new SimulatedCluster(agents, Resources(tasks, agents));
        await cluster.ConnectAsync(silo.Grains);
        Console.Error.WriteLine($"{agents} agents registered");
        using var stop = new CancellationTokenSource();
        var beating = cluster.HeartbeatAsync(TimeSpan.FromSeconds(5), stop.Token);
        var watch = Stopwatch.StartNew();
        var tenths = await SubmitAsync(silo.Grains, cluster, tasks, apps, watch);
        var total = watch.Elapsed;
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await stop.CancelAsync();
        await beating;
        return new Dictionary<string, object>
        {
            ["tasks"] = tasks,
            ["agents"] = agents,
            ["apps"] = apps,
            ["store"] = kind,
            ["seconds"] = Math.Round(total.TotalSeconds, 2),
            ["tasksPerSecond"] = Math.Round(tasks / total.TotalSeconds),
            ["tasksPerSecondByTenth"] = tenths,
            ["cpuSeconds"] = Math.Round(cpu.TotalSeconds, 1),
            ["workingSetMegabytes"] = Environment.WorkingSet / 1_000_000,
        };
    }

    /// <summary>Room for about a third more tasks than there will be.</summary>
    internal static string Resources(int tasks, int agents)
    {
        var each = ((tasks + agents - 1) / agents * 4 / 3) + 4;
        return $"cpus:{each * 0.1:0.###};mem:{each * 32};disk:100000;ports:[31000-32000]";
    }

    /// <summary>Submits, waits until all run, and gives the rate in each tenth.</summary>
    internal static async Task<double[]> SubmitAsync(IGrainFactory grains, SimulatedCluster cluster, int tasks, int apps, Stopwatch watch)
    {
        var running = 0;
        var marks = new TimeSpan[10];
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var agent in cluster.Agents)
        {
            agent.Acknowledged = update =>
            {
                if (update.State != TaskState.Running)
                    return;
                var count = Interlocked.Increment(ref running);
                if (count * 10L / tasks > (count - 1) * 10L / tasks)
                    marks[(int)(count * 10L / tasks) - 1] = watch.Elapsed;
                if (count == tasks)
                    done.TrySetResult();
            };
        }
        var group = grains.GetGrain<IGroupGrain>("/");
        await Task.WhenAll(Enumerable.Range(0, apps).Select(async i =>
        {
            var id = $"/bench/app-{i}";
            var spec = new AppSpec { Id = id, Cmd = "sleep 1000", Cpus = 0.1, Mem = 32, Instances = (tasks / apps) + (i < tasks % apps ? 1 : 0) };
            var result = await group.ChangeAsync(new() { Apps = [new() { AppId = id, Spec = spec }] });
            if (result.Outcome != ChangeOutcome.Accepted)
                throw new InvalidOperationException($"{id}: {result.Outcome} {string.Join("; ", result.Problems.ToArray())}");
        }));
        Console.Error.WriteLine($"{apps} apps accepted after {watch.Elapsed.TotalSeconds:0.00} s");
        using var progress = new Timer(_ => Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,6:0.0} s: {running} run"), null, 2000, 2000);
        await done.Task;
        return [.. marks.Select((mark, i) => Math.Round(tasks / 10.0 / (mark - (i == 0 ? TimeSpan.Zero : marks[i - 1])).TotalSeconds))];
    }
}
