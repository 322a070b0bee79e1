using System.Text.Json;
using Platform.Benchmarks;
using Platform.Benchmarks.Agent;
using Platform.Benchmarks.Allocation;
using Platform.Benchmarks.Api;
using Platform.Benchmarks.ControlPlane;
using Platform.Benchmarks.Dashboard;
using Platform.Benchmarks.Discovery;
using Platform.Benchmarks.EndToEnd;
using Platform.Benchmarks.Frameworks;
using Platform.Benchmarks.Grains;
using Platform.Benchmarks.Jobs;
using Platform.Benchmarks.Placement;

var benchmarks = new SortedDictionary<string, IBenchmark>
{
    ["allocator declines"] = new AllocatorDeclines(),
    ["allocator memory"] = new AllocatorMemory(),
    ["allocator quota"] = new AllocatorQuota(),
    ["planner"] = new PlannerBenchmark(),
    ["planner packing"] = new PackingBenchmark(),
    ["allocator preempt"] = new PreemptionBenchmark(),
    ["balancer"] = new BalancerThroughput(),
    ["containers"] = new ContainersPerSecond(),
    ["cron"] = new Cron(),
    ["dashboard"] = new DashboardLoad(),
    ["deploy"] = new Deploy(),
    ["dns"] = new DnsAnswers(),
    ["events"] = new EventLog(),
    ["list-apps"] = new ListApps(),
    ["framework-tasks"] = new Launches(),
    ["frameworks"] = new Offers(),
    ["grain-calls"] = new GrainCalls(),
    ["grain-writes"] = new GrainWrites(),
    ["registry"] = new RegistryMemory(),
    ["restart"] = new Restart(),
    ["submit-to-running"] = new SubmitToRunning(),
    ["tasks-per-second"] = new TasksPerSecond(),
};

if (args is [] or ["--help" or "-h", ..])
{
    Console.WriteLine("Usage: dotnet run -c Release --project tests/Platform.Benchmarks -- NAME [--option value ...]");
    foreach (var (name, listed) in benchmarks)
    {
        Console.WriteLine($"  {name,-20} {listed.Description}");
    }

    return args is [] ? 2 : 0;
}

// A name may have two words: allocator quota.
var words = args is [_, var second, ..] && !second.StartsWith('-') ? 2 : 1;
var chosen = string.Join(' ', args[..words]);
if (!benchmarks.TryGetValue(chosen, out var benchmark))
{
    Console.Error.WriteLine($"There is no benchmark '{chosen}'; --help lists them.");
    return 2;
}

try
{
    var results = await benchmark.RunAsync(new BenchmarkOptions(args.AsSpan(words)));
    Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object> { ["benchmark"] = chosen, ["results"] = results, ["machine"] = MachineFacts.Read() }));
    return 0;
}
catch (ArgumentException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}
