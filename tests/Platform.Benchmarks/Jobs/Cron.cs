using System.Collections.Concurrent;
using System.Globalization;
using Platform.Benchmarks.ControlPlane;
using Platform.Contracts.Jobs;
using Platform.Core.Tasks;
using Platform.Simulation;

namespace Platform.Benchmarks.Jobs;

/// <summary>Many jobs that are due at one instant, and a steady stream of runs, both durable and on simulated agents; beside them Quartz.NET, which keeps its triggers in memory.</summary>
internal sealed class Cron : IBenchmark
{
    private const int Agents = 200;

    public string Description => "lateness of jobs due at one instant and of a steady stream: --jobs 10000 --rate 200 --seconds 60 --warmup 2000 --quartz 1 " + BenchmarkStore.Options;

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var jobs = options.Number("jobs", 10_000);
        var rate = options.Number("rate", 200);
        var seconds = options.Number("seconds", 60);
        var quartz = options.Number("quartz", 1);
        var warmup = options.Number("warmup", 2_000);
        var (kind, parent) = (options.Text("store", "sqlite"), options.Text("directory", Path.GetTempPath()));
        options.RejectUnknown();

        var results = new Dictionary<string, object> { ["jobs"] = jobs, ["rate"] = rate, ["seconds"] = seconds, ["store"] = kind };
        await using (var store = await BenchmarkStore.OpenAsync(kind, parent))
            await MeasureAsync(store, jobs, rate, seconds, warmup, results);
        if (quartz > 0 && jobs > 0)
            Tell(results, "quartzFired", await QuartzInstant.MeasureAsync(jobs));
        return results;
    }

    private static async Task MeasureAsync(BenchmarkStore store, int jobs, int rate, int seconds, int warmup, Dictionary<string, object> results)
    {
        var submissions = new Submissions();
        await using var silo = await ControlPlaneSilo.StartAsync(store, submissions);
        var cluster = new SimulatedCluster(Agents, $"cpus:{jobs};mem:{jobs * 32};disk:100000");
        await cluster.ConnectAsync(silo.Grains);
        using var stop = new CancellationTokenSource();
        var beating = cluster.HeartbeatAsync(TimeSpan.FromSeconds(5), stop.Token);
        if (jobs > 0)
        {
            // A control plane that has been up for a minute has compiled what it does; the first runs of a process are not what is asked for.
            if (warmup > 0)
                await MeasureInstantAsync(silo.Grains, cluster, submissions, "warmup", warmup);
            var (handedOver, launched) = await MeasureInstantAsync(silo.Grains, cluster, submissions, "instant", jobs);
            Tell(results, "handedOver", handedOver);
            Tell(results, "launched", launched);
        }
        if (rate > 0)
            await MeasureStreamAsync(silo.Grains, cluster, rate, seconds, results);
        await stop.CancelAsync();
        await beating;
    }

    private static async Task<(double[] HandedOver, double[] Launched)> MeasureInstantAsync(
        IGrainFactory grains, SimulatedCluster cluster, Submissions submissions, string name, int jobs)
    {
        // Due when all are defined, at an even second.
        var due = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 15 + (jobs / 300));
        submissions.Clear();
        var launched = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var agent in cluster.Agents)
        {
            agent.Outcome = task =>
            {
                launched.TryAdd(task.Owner, (DateTimeOffset.UtcNow - due).TotalMilliseconds);
                if (launched.Count == jobs)
                    done.TrySetResult();
                return TaskState.Finished;
            };
        }
        var expression = $"R1/{due.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}/PT1S";
        await DefineAsync(grains, Enumerable.Range(0, jobs).Select(i => ($"{name}-{i}", expression)));
        if (DateTimeOffset.UtcNow > due)
            throw new InvalidOperationException("The jobs were not defined in time; ask for fewer.");
        // Jobs are defined long before they are due: by then they are old objects.
        GC.Collect();
        Console.Error.WriteLine($"{jobs} jobs are defined, due in {(due - DateTimeOffset.UtcNow).TotalSeconds:0.0} s");
        await Task.Delay(due - DateTimeOffset.UtcNow);
        await done.Task.WaitAsync(TimeSpan.FromMinutes(5));
        return (submissions.Take(due), [.. launched.Values]);
    }

    private static async Task MeasureStreamAsync(IGrainFactory grains, SimulatedCluster cluster, int rate, int seconds, Dictionary<string, object> results)
    {
        const int Every = 5;
        var lateness = new ConcurrentBag<double>();
        foreach (var agent in cluster.Agents)
        {
            agent.Outcome = task =>
            {
                var due = DateTimeOffset.Parse(task.Environment["PLATFORM_RUN_DUE"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                lateness.Add((DateTimeOffset.UtcNow - due).TotalMilliseconds);
                return TaskState.Finished;
            };
        }
        var jobs = rate * Every;
        var start = DateTimeOffset.UtcNow.AddSeconds(10 + (jobs / 100));
        // Spread evenly over the period.
        await DefineAsync(grains, Enumerable.Range(0, jobs).Select(i =>
        {
            var first = start.AddMilliseconds(i * 1000.0 / rate).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            return ($"stream-{i}", $"R{seconds / Every}/{first}/PT{Every}S");
        }));
        Console.Error.WriteLine($"{jobs} jobs run every {Every} s from {start:O} on, for {seconds} s");
        var wanted = jobs * (seconds / Every);
        while (lateness.Count < wanted && DateTimeOffset.UtcNow < start.AddSeconds(seconds + 60))
            await Task.Delay(200);
        results["streamRuns"] = lateness.Count;
        results["streamWanted"] = wanted;
        Tell(results, "streamLateness", [.. lateness]);
    }

    // Past the gate that checks definitions one after the other: what is measured begins when they are due.
    private static Task DefineAsync(IGrainFactory grains, IEnumerable<(string Id, string Expression)> jobs) =>
        Parallel.ForEachAsync(jobs, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (job, _) => await grains.GetGrain<IJobGrain>(job.Id).DefineAsync(
            new()
            {
                Id = job.Id,
                Schedule = new() { Timing = new() { Expression = job.Expression } },
                Task = new() { Command = new() { Shell = "true" }, Cpus = 0.1, Mem = 32 },
            },
            1,
            default));

    private static void Tell(Dictionary<string, object> results, string name, double[] milliseconds)
    {
        Array.Sort(milliseconds);
        double At(double share) => milliseconds.Length == 0 ? 0 : Math.Round(milliseconds[Math.Clamp((int)Math.Ceiling(share * milliseconds.Length) - 1, 0, milliseconds.Length - 1)], 1);
        results[name + "P50Milliseconds"] = At(0.5);
        results[name + "P99Milliseconds"] = At(0.99);
        results[name + "LastMilliseconds"] = At(1);
    }
}
