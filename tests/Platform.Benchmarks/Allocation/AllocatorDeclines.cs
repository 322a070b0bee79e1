using System.Diagnostics;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Benchmarks.Allocation;

/// <summary>
/// Every offer of every round is declined for ever, with the parameters of Mesos' DeclineOffers benchmark: agents partly in
/// use, frameworks of one role. The rounds get harder as filters pile up; the last ones find almost everything filtered.
/// </summary>
internal sealed class AllocatorDeclines : IBenchmark
{
    public string Description => "rounds in which every offer is declined for ever: --agents 10000 --frameworks 1000 --rounds 20";

    public Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var agents = options.Number("agents", 10_000);
        var frameworks = options.Number("frameworks", 1_000);
        var rounds = options.Number("rounds", 20);
        options.RejectUnknown();
        Run(300, 30, 30);
        return Task.FromResult<IReadOnlyDictionary<string, object>>(Run(agents, frameworks, rounds));
    }

    private static Dictionary<string, object> Run(int agents, int frameworks, int rounds)
    {
        var now = DateTimeOffset.UnixEpoch;
        var model = new AllocatorModel();
        var watch = Stopwatch.StartNew();
        for (var index = 0; index < agents; index++)
            AddAgent(model, index);
        for (var index = 0; index < frameworks; index++)
            model.Subscribe(new() { Id = $"f{index:D5}" });
        var setup = watch.Elapsed;
        var decide = new List<double>();
        var decline = new List<double>();
        var offers = 0L;
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        for (var round = 0; round < rounds; round++)
        {
            now += TimeSpan.FromSeconds(1);
            watch.Restart();
            var result = model.Allocate(now);
            decide.Add(watch.Elapsed.TotalMilliseconds);
            offers += result.Offers.Length;
            watch.Restart();
            foreach (var offer in result.Offers)
                model.Decline(offer.FrameworkId, offer.Id, 365 * 86_400, now);
            decline.Add(watch.Elapsed.TotalMilliseconds);
        }
        var processorMs = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMilliseconds / rounds;
        decide.Sort();
        decline.Sort();
        return new()
        {
            ["agents"] = agents,
            ["frameworks"] = frameworks,
            ["rounds"] = rounds,
            ["setupSeconds"] = Math.Round(setup.TotalSeconds, 3),
            ["offersPerRound"] = offers / Math.Max(1, rounds),
            ["roundAndDeclinesProcessorMs"] = Math.Round(processorMs, 1),
            ["roundMedianMs"] = Math.Round(decide[rounds / 2], 1),
            ["roundMaxMs"] = Math.Round(decide[^1], 1),
            ["declineAllMedianMs"] = Math.Round(decline[rounds / 2], 1),
            ["declineAllMaxMs"] = Math.Round(decline[^1], 1),
        };
    }

    private static void AddAgent(AllocatorModel model, int index)
    {
        var id = $"a{index:D6}";
        var agent = new AllocatorAgent { Id = id, Hostname = id, Total = Resources.Parse("cpus:24;mem:4096;disk:4096;ports:[31000-32000]") };
        // Sixteen ports, each apart from the others, so that what is free is in many ranges.
        var task = new PoolTask
        {
            Id = $"used-{id}",
            AgentId = id,
            Owner = "app:/used",
            Role = "used",
            Scalars = ScalarAmounts.Of(16, 2014, 1024),
            Ports = [.. Enumerable.Range(0, 16).Select(port => 31_000 + port * 50)],
        };
        model.SetAgent(agent, [task]);
    }
}
