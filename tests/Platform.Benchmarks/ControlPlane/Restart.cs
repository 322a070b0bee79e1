using System.Diagnostics;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Simulation;

namespace Platform.Benchmarks.ControlPlane;

/// <summary>A control plane with agents and running tasks is stopped and started again, until all agents have registered and it serves.</summary>
internal sealed class Restart : IBenchmark
{
    public string Description => "seconds from start until all agents with their tasks are registered again and a change is served: --agents 40000 --tasks 400000 --apps 100 " + BenchmarkStore.Options;

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var agents = options.Number("agents", 40_000);
        var tasks = options.Number("tasks", 400_000);
        var apps = options.Number("apps", 100);
        var (kind, parent) = (options.Text("store", "sqlite"), options.Text("directory", Path.GetTempPath()));
        options.RejectUnknown();

        await using var store = await BenchmarkStore.OpenAsync(kind, parent);
        var cluster = new SimulatedCluster(agents, Deploy.Resources(tasks, agents));
        await using (var first = await ControlPlaneSilo.StartAsync(store))
        {
            await cluster.ConnectAsync(first.Grains);
            Console.Error.WriteLine($"{agents} agents registered");
            using var stop = new CancellationTokenSource();
            var beating = cluster.HeartbeatAsync(TimeSpan.FromSeconds(5), stop.Token);
            await Deploy.SubmitAsync(first.Grains, cluster, tasks, apps, Stopwatch.StartNew());
            await stop.CancelAsync();
            await beating;
        }
        Console.Error.WriteLine("stopped");
        GC.Collect();

        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await using var silo = await ControlPlaneSilo.StartAsync(store);
        var started = watch.Elapsed;
        await cluster.ReconnectAsync(silo.Grains);
        var registered = watch.Elapsed;
        var allocator = silo.Grains.GetGrain<IAllocatorGrain>(0);
        var status = await allocator.GetStatusAsync();
        while (status.Tasks < tasks && watch.Elapsed < TimeSpan.FromMinutes(5))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50));
            status = await allocator.GetStatusAsync();
        }
        var booked = watch.Elapsed;
        var running = 0;
        await Task.WhenAll(Enumerable.Range(0, apps).Select(async i =>
        {
            var app = await silo.Grains.GetGrain<IAppGrain>($"/bench/app-{i}").GetStatusAsync();
            Interlocked.Add(ref running, app!.Instances.Count(instance => instance.State == TaskState.Running));
        }));
        var change = await silo.Grains.GetGrain<IGroupGrain>("/").ChangeAsync(new()
        {
            Apps = [new() { AppId = "/after", Spec = new() { Id = "/after", Cmd = "sleep 1", Instances = 0 } }],
        });
        var serving = watch.Elapsed;
        if (running != tasks || status.Tasks != tasks || change.Outcome != ChangeOutcome.Accepted)
            throw new InvalidOperationException($"{running} tasks run and {status.Tasks} hold resources, not {tasks}; the change was {change.Outcome}");
        return new Dictionary<string, object>
        {
            ["agents"] = agents,
            ["tasks"] = tasks,
            ["apps"] = apps,
            ["store"] = kind,
            ["startedSeconds"] = Math.Round(started.TotalSeconds, 2),
            ["registeredSeconds"] = Math.Round(registered.TotalSeconds, 2),
            ["bookedSeconds"] = Math.Round(booked.TotalSeconds, 2),
            ["servingSeconds"] = Math.Round(serving.TotalSeconds, 2),
            ["cpuSeconds"] = Math.Round((Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds, 2),
            ["workingSetMegabytes"] = Environment.WorkingSet / 1_000_000,
        };
    }
}
