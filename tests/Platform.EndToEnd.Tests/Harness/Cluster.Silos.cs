using Platform.Client;
using Platform.Tests.Hosting;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>A control plane of several silos.</summary>
internal sealed partial class Cluster
{
    private readonly List<Silo> silos = [];

    /// <summary>The silos, in the order in which agents dial them.</summary>
    internal IReadOnlyList<Silo> Silos => silos;

    /// <summary>What the silos share.</summary>
    internal RedisServer? Redis { get; private set; }

    /// <summary>Starts silos of one cluster; the client talks to the first.</summary>
    internal static Task<Cluster> StartSilosAsync(ITestOutputHelper output, int count, params string[] options) => StartSilosAsync(output, count, _ => options);

    /// <summary>The same, each silo with options of its own.</summary>
    internal static async Task<Cluster> StartSilosAsync(ITestOutputHelper output, int count, Func<int, string[]> optionsOf)
    {
        var cluster = new Cluster(output);
        try
        {
            cluster.Redis = await RedisServer.StartAsync();
            foreach (var ports in Enumerable.Range(0, 3 * count).Select(_ => FreePorts.Take()).Chunk(3))
                cluster.silos.Add(new Silo(new Uri($"http://127.0.0.1:{ports[0]}"), ports[1], ports[2], optionsOf(cluster.silos.Count)));
            cluster.silos.ForEach(silo => silo.Wire = new Wire(cluster.Redis.Address));
            cluster.Masters = string.Join(',', cluster.silos.Select(silo => silo.Url.OriginalString));
            await Task.WhenAll(cluster.silos.Select(cluster.StartSiloAsync));
            await cluster.TalkToAsync(cluster.silos[0]);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a silo, for the first time or again.</summary>
    internal async Task StartSiloAsync(Silo silo)
    {
        lock (processes)
        {
            silo.Process = Track(RunningProcess.Start($"silo {silos.IndexOf(silo)}, process {processes.Count}", Directory.Path,
            [
                "silo", "--auth", "off", "--redis", silo.Wire!.Address, "--cluster", Path.GetFileName(Directory.Path), "--port", $"{silo.Url.Port}",
                "--silo-port", $"{silo.SiloPort}", "--gateway-port", $"{silo.GatewayPort}", .. silo.Options,
            ]));
        }

        await silo.Process.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Patience);
    }

    /// <summary>Lets the client, and with it everything that is asked and awaited, talk to another silo.</summary>
    internal async Task TalkToAsync(Silo silo)
    {
        if (happenings is not null)
            await happenings.DisposeAsync();
        Client?.Dispose();
        Client = new PlatformClient(new PlatformClientOptions { Url = silo.Url });
        happenings = new Happenings(Client);
    }

    /// <summary>The silo that an agent has, or last had, its session with.</summary>
    internal Silo? SiloOf(RunningProcess agent)
    {
        var last = agent.Log.Split('\n').LastOrDefault(line => line.Contains("Registered with http", StringComparison.Ordinal));
        return last is null ? null : silos.Single(silo => last.Contains(silo.Url.OriginalString, StringComparison.Ordinal));
    }

    /// <summary>One silo: where it is, and its process of the moment.</summary>
    internal sealed record Silo(Uri Url, int SiloPort, int GatewayPort, string[] Options)
    {
        internal RunningProcess Process { get; set; } = null!;

        /// <summary>Its own way to Redis.</summary>
        internal Wire? Wire { get; set; }
    }
}
