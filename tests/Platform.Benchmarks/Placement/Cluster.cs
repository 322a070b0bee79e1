using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Benchmarks.Placement;

/// <summary>Clusters for the benchmarks.</summary>
internal static class Cluster
{
    /// <summary>Agents of 24 cores, 64 GB and 1,001 ports, in 75 racks, every fourth with an SSD.</summary>
    public static PlacementPool Uniform(int agents)
    {
        var pool = new PlacementPool();
        for (var i = 0; i < agents; i++)
        {
            pool.SetAgent(new PoolAgent
            {
                Id = $"agent-{i}",
                Hostname = $"host-{i}",
                Region = "r",
                Zone = $"z{i % 3}",
                Attributes = ImmutableSortedDictionary<string, string>.Empty.Add("rack", $"rack-{i % 75}").Add("disk", i % 4 == 0 ? "ssd" : "hdd"),
                Unreserved = ScalarAmounts.Of(cpus: 24, mem: 65_536, disk: 1_000_000),
                Ports = [new PortRange(31_000, 32_000)],
            });
        }

        return pool;
    }
}
