using System.Diagnostics;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Benchmarks.Allocation;

/// <summary>What the model costs per agent and per task, and how fast it places and releases through the fair order.</summary>
internal sealed class AllocatorMemory : IBenchmark
{
    public string Description => "memory per agent and task of the model, and tasks placed, released and adopted per second: --agents 5000 --tasks 100000 --apps 100";

    public Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var agents = options.Number("agents", 5_000);
        var tasks = options.Number("tasks", 100_000);
        var apps = options.Number("apps", 100);
        options.RejectUnknown();
        Run(100, 1_000, 10);
        return Task.FromResult<IReadOnlyDictionary<string, object>>(Run(agents, tasks, apps));
    }

    /// <summary>Agents register again with the tasks that they have, as after a restart.</summary>
    private static TimeSpan Adopt(int agents, int tasks)
    {
        var model = new AllocatorModel();
        var perAgent = tasks / agents;
        var reports = Enumerable.Range(0, agents).Select(index => (
            Agent: new AllocatorAgent { Id = $"a{index:D6}", Hostname = $"a{index:D6}", Total = Resources.Parse("cpus:64;mem:262144;disk:1000000;ports:[31000-32000]") },
            Tasks: Enumerable.Range(0, perAgent).Select(task => new PoolTask
            {
                Id = $"t{index:D6}-{task}",
                AgentId = $"a{index:D6}",
                Owner = $"app:/a{task}",
                Scalars = ScalarAmounts.Of(0.5m, 512),
                Ports = [31_000 + task],
            }).ToList())).ToList();
        var watch = Stopwatch.StartNew();
        foreach (var (agent, held) in reports)
            model.SetAgent(agent, held);
        model.Allocate(DateTimeOffset.UnixEpoch);
        return watch.Elapsed;
    }

    private static Dictionary<string, object> Run(int agents, int tasks, int apps)
    {
        var now = DateTimeOffset.UnixEpoch;
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        var model = new AllocatorModel();
        for (var index = 0; index < agents; index++)
            model.SetAgent(new() { Id = $"a{index:D6}", Hostname = $"a{index:D6}", Total = Resources.Parse("cpus:64;mem:262144;disk:1000000;ports:[31000-32000]") });
        var withAgents = GC.GetTotalMemory(forceFullCollection: true);
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < apps; index++)
            model.SubmitDemand(new() { Id = $"d{index}", Owner = $"app:/a{index}", Count = tasks / apps, Shape = TaskShape.Of(0.5m, 512, ports: 1) }, now);
        var placed = new List<string>(tasks);
        while (model.HasWork)
        {
            foreach (var placement in model.Allocate(now).Placements)
                placed.Add(placement.TaskId);
        }
        var placing = watch.Elapsed;
        var placingProcessor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        var withTasks = GC.GetTotalMemory(forceFullCollection: true) - placed.Count * 8L;
        watch.Restart();
        model.Release(placed);
        var releasing = watch.Elapsed;
        var adopting = Adopt(agents, tasks);
        return new()
        {
            ["agents"] = agents,
            ["tasks"] = placed.Count,
            ["bytesPerAgent"] = (withAgents - empty) / agents,
            ["bytesPerTask"] = (withTasks - withAgents) / Math.Max(1, placed.Count),
            ["placedPerProcessorSecond"] = Math.Round(placed.Count / placingProcessor.TotalSeconds),
            ["placedPerSecond"] = Math.Round(placed.Count / placing.TotalSeconds),
            ["adoptedPerSecond"] = Math.Round(tasks / adopting.TotalSeconds),
            ["releasedPerSecond"] = Math.Round(placed.Count / releasing.TotalSeconds),
        };
    }
}
