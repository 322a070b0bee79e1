using System.Diagnostics;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent;
using Platform.Core.Tasks;
using Resources = Platform.Core.Resources;
using TaskSpec = Platform.Core.Tasks.TaskSpec;
using TaskState = Platform.Core.Tasks.TaskState;

namespace Platform.Benchmarks.Agent;

/// <summary>Containers that are run to their end by one real agent, against the same by the engine alone in the same run.</summary>
/// <remarks>
/// The agent makes sandbox, record and container, brings the output into the sandbox, writes down how the container ended, removes it and reports. The
/// engine alone is asked by the same client for the same container: create, start, wait, remove, with as many at a time.
/// </remarks>
internal sealed class ContainersPerSecond : IBenchmark
{
    private static readonly string[] Command = ["/bin/true"];

    public string Description => "run containers on one real agent, and by the engine alone: --containers 60 --parallel 8 --warmup 20 --rounds 3 --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var containers = options.Number("containers", 60);
        var parallel = options.Number("parallel", 8);
        var warmup = options.Number("warmup", 20);
        var rounds = options.Number("rounds", 3);
        var parent = options.Text("directory", Path.GetTempPath());
        options.RejectUnknown();

        await using var engine = await BenchmarkEngine.StartAsync(parent);
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"platform-benchmark-{Guid.NewGuid():N}"));
        using var stop = new CancellationTokenSource();
        await using var master = await LoopbackMaster.StartAsync();
        var agent = Task.Run(() => AgentDaemon.RunAsync(
            new AgentOptions
            {
                WorkDirectory = folder.FullName,
                Masters = [master.Address],
                Resources = Resources.Parse("cpus:1000;mem:1000000;disk:1000;ports:[31000-32000]"),
                CgroupRoot = "platform-benchmark",
                Docker = engine.Endpoint,
            },
            NullLoggerFactory.Instance, stop.Token));
        try
        {
            await master.Registered.WaitAsync(TimeSpan.FromMinutes(2));
            await RateAsync(warmup, parallel, () => ByAgentAsync(master));
            await RateAsync(warmup, parallel, () => ByEngineAsync(engine));
            List<double> byAgent = [], byEngine = [];
            // In turns, so that whatever else the machine does meets both.
            for (var round = 0; round < rounds; round++)
            {
                byEngine.Add(await RateAsync(containers, parallel, () => ByEngineAsync(engine)));
                byAgent.Add(await RateAsync(containers, parallel, () => ByAgentAsync(master)));
                Console.Error.WriteLine($"round {round + 1}: agent {byAgent[^1]:0.0}/s, engine alone {byEngine[^1]:0.0}/s");
            }
            return new Dictionary<string, object>
            {
                ["containers"] = containers,
                ["parallel"] = parallel,
                ["containersPerSecond"] = Median(byAgent),
                ["engineAlonePerSecond"] = Median(byEngine),
                ["partOfEngineAlone"] = Math.Round(Median(byAgent) / Median(byEngine), 2),
            };
        }
        finally
        {
            await stop.CancelAsync();
            await agent;
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> RateAsync(int count, int parallel, Func<Task> one)
    {
        var start = Stopwatch.GetTimestamp();
        using var room = new SemaphoreSlim(parallel);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            await room.WaitAsync();
            await one();
            room.Release();
        }));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task ByAgentAsync(LoopbackMaster master)
    {
        var end = await master.RunAsync(new TaskSpec
        {
            TaskId = Guid.NewGuid().ToString("N"),
            Name = "/benchmark",
            Owner = "app:/benchmark",
            Resources = Resources.Parse("cpus:0.1;mem:32"),
            Command = new CommandSpec { Argv = [.. Command] },
            Image = new ContainerImage { Containerizer = "docker", Reference = BenchmarkEngine.Image },
        });
        if (end.State != TaskState.Finished)
            throw new InvalidOperationException($"A container ended as {end.State}: {end.Message}");
    }

    private static async Task ByEngineAsync(BenchmarkEngine engine)
    {
        var made = await engine.Client.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Image = BenchmarkEngine.Image,
            Cmd = [.. Command],
            HostConfig = new HostConfig { NetworkMode = "host", Memory = 32 * 1024 * 1024, MemorySwap = 32 * 1024 * 1024, CPUShares = 102 },
        });
        await engine.Client.Containers.StartContainerAsync(made.ID, new ContainerStartParameters());
        var end = await engine.Client.Containers.WaitContainerAsync(made.ID);
        if (end.StatusCode != 0)
            throw new InvalidOperationException($"A container ended with status {end.StatusCode}.");
        await engine.Client.Containers.RemoveContainerAsync(made.ID, new ContainerRemoveParameters());
    }

    private static double Median(List<double> values) => Math.Round(values.Order().ElementAt(values.Count / 2), 2);
}
