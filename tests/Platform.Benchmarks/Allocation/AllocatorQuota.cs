using System.Diagnostics;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Roles;

namespace Platform.Benchmarks.Allocation;

/// <summary>
/// Many roles with quota, with the parameters of Mesos' LargeAndSmallQuota benchmark: five of six roles are promised half an
/// agent, the sixth two agents, one framework each; together the promises need every agent.
/// </summary>
internal sealed class AllocatorQuota : IBenchmark
{
    public string Description => "one round over roles with quota, and idle rounds after it: --agents 3000 (roles and frameworks as many)";

    public Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var agents = options.Number("agents", 3_000);
        options.RejectUnknown();
        Run(Math.Min(agents, 300));
        return Task.FromResult<IReadOnlyDictionary<string, object>>(Run(agents));
    }

    private static string RoleOf(int index) => index % 6 == 5 ? $"largeQuotaRole{index}" : $"smallQuotaRole{index}";

    private static Dictionary<string, object> Run(int agents)
    {
        var now = DateTimeOffset.UnixEpoch;
        var model = new AllocatorModel();
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < agents; index++)
            model.SetAgent(new() { Id = $"a{index:D6}", Hostname = $"a{index:D6}", Total = Resources.Parse("cpus:2;mem:2048;disk:2048") });
        var addAgents = watch.Elapsed;
        watch.Restart();
        var quotas = new List<KeyValuePair<string, Quota>>(agents);
        for (var index = 0; index < agents; index++)
        {
            var text = index % 6 == 5 ? "cpus:4;mem:4096;disk:4096" : "cpus:1;mem:1024;disk:1024";
            quotas.Add(new(RoleOf(index), new() { Guarantees = ResourceQuantities.Parse(text), Limits = ResourceLimits.Parse(text) }));
        }
        var problems = model.SetQuotas(quotas, force: true);
        if (!problems.IsEmpty)
            throw new InvalidOperationException(string.Join("; ", problems.Take(3)));
        var setQuotas = watch.Elapsed;
        watch.Restart();
        for (var index = 0; index < agents; index++)
            model.Subscribe(new() { Id = $"f{index:D6}", Roles = [RoleOf(index)] });
        var addFrameworks = watch.Elapsed;
        watch.Restart();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var first = model.Allocate(now);
        var firstProcessor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        var firstRound = watch.Elapsed;
        // A weight that stays what it was makes every agent a candidate; a quota set again also voids what earlier rounds found out.
        model.SetWeight(RoleOf(0), 1);
        watch.Restart();
        var idle = model.Allocate(now.AddSeconds(1));
        var idleRound = watch.Elapsed;
        model.SetQuota(quotas[0].Key, quotas[0].Value, force: true);
        watch.Restart();
        idle = idle.IsEmpty ? model.Allocate(now.AddSeconds(2)) : idle;
        var idleFromScratch = watch.Elapsed;
        return new()
        {
            ["agents"] = agents,
            ["addAgentsSeconds"] = Math.Round(addAgents.TotalSeconds, 3),
            ["setQuotasSeconds"] = Math.Round(setQuotas.TotalSeconds, 3),
            ["addFrameworksSeconds"] = Math.Round(addFrameworks.TotalSeconds, 3),
            ["allocations"] = first.Offers.Length,
            ["firstRoundSeconds"] = Math.Round(firstRound.TotalSeconds, 3),
            ["firstRoundProcessorSeconds"] = Math.Round(firstProcessor.TotalSeconds, 3),
            ["idleRoundMs"] = Math.Round(idleRound.TotalMilliseconds, 3),
            ["idleRoundFromScratchMs"] = Math.Round(idleFromScratch.TotalMilliseconds, 3),
            ["idleDecidedNothing"] = idle.IsEmpty,
        };
    }
}
