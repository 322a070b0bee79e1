using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent;
using Platform.Agent.Processes;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Benchmarks.Agent;

/// <summary>Trivial tasks finished on one real agent, against bare fork and exec of the same program in the same run.</summary>
/// <remarks>
/// Everything of the agent is real: sandbox, record, cgroups, supervisor, journal, a session over a WebSocket on loopback whose other
/// end is in this process too. The bare number is posix_spawn and waitpid, the cheapest that a process can do, from one thread (what a
/// shell does in a loop) and from as many threads as there are processors.
/// </remarks>
internal sealed class TasksPerSecond : IBenchmark
{
    public string Description => "finish trivial tasks on one real agent: --tasks 2000 --parallel 16 --warmup 2000 --command /bin/true --rounds 3 --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var tasks = options.Number("tasks", 2000);
        var parallel = options.Number("parallel", 16);
        var warmup = options.Number("warmup", 2000);
        var command = options.Text("command", "/bin/true").Split(' ');
        var rounds = options.Number("rounds", 3);
        var parent = options.Text("directory", Path.GetTempPath());
        var cgroups = options.Text("cgroups", "platform-benchmark");
        options.RejectUnknown();

        var folder = Directory.CreateDirectory(Path.Combine(parent, $"platform-benchmark-{Guid.NewGuid():N}"));
        using var stop = new CancellationTokenSource();
        await using var master = await LoopbackMaster.StartAsync();
        var agent = Task.Run(() => AgentDaemon.RunAsync(
            new AgentOptions
            {
                WorkDirectory = folder.FullName,
                Masters = [master.Address],
                Resources = Resources.Parse("cpus:1000;mem:1000000;disk:1000;ports:[31000-32000]"),
                CgroupRoot = cgroups == "none" ? null : cgroups,
            },
            NullLoggerFactory.Instance, stop.Token));
        try
        {
            await master.Registered.WaitAsync(TimeSpan.FromSeconds(30));
            // An agent runs for months: what the runtime spends on compiling it again in its first seconds is not part of a task's cost.
            await FinishAsync(master, command, warmup, parallel);
            List<double> agentRates = [], bareRates = [], bareParallelRates = [], agentCosts = [], bareCosts = [];
            // In turns, so that whatever else the machine does meets all of them.
            for (var round = 0; round < rounds; round++)
            {
                var begin = ProcessorMilliseconds();
                bareRates.Add(Bare(command, tasks / 2, 1));
                var between = ProcessorMilliseconds();
                agentRates.Add(await FinishAsync(master, command, tasks, parallel));
                bareCosts.Add((between - begin) / (tasks / 2));
                agentCosts.Add((ProcessorMilliseconds() - between) / tasks);
                bareParallelRates.Add(Bare(command, tasks / 2, Environment.ProcessorCount));
                Console.Error.WriteLine(
                    $"round {round + 1}: agent {agentRates[^1]:0}/s, {agentCosts[^1]:0.00} ms of processor time each; "
                    + $"bare {bareRates[^1]:0}/s, {bareCosts[^1]:0.00} ms; bare on all processors {bareParallelRates[^1]:0}/s");
            }
            return new Dictionary<string, object>
            {
                ["tasks"] = tasks,
                ["parallel"] = parallel,
                ["warmup"] = warmup,
                ["tasksPerSecond"] = Median(agentRates),
                ["bareForkExecPerSecond"] = Median(bareRates),
                ["bareForkExecAllProcessorsPerSecond"] = Median(bareParallelRates),
                ["processorMillisecondsPerTask"] = Median(agentCosts),
                ["processorMillisecondsPerBareForkExec"] = Median(bareCosts),
                ["partOfBare"] = Math.Round(Median(agentRates) / Median(bareRates), 2),
                ["partOfBareAllProcessors"] = Math.Round(Median(agentRates) / Median(bareParallelRates), 2),
            };
        }
        finally
        {
            await stop.CancelAsync();
            await agent;
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> FinishAsync(LoopbackMaster master, string[] command, int tasks, int parallel)
    {
        var start = Stopwatch.GetTimestamp();
        using var room = new SemaphoreSlim(parallel);
        var ends = new Task[tasks];
        for (var i = 0; i < tasks; i++)
        {
            await room.WaitAsync();
            ends[i] = OneAsync(master, command, room);
        }
        await Task.WhenAll(ends);
        return tasks / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task OneAsync(LoopbackMaster master, string[] command, SemaphoreSlim room)
    {
        var end = await master.RunAsync(new TaskSpec
        {
            TaskId = Guid.NewGuid().ToString("N"),
            Name = "/benchmark",
            Owner = "app:/benchmark",
            Resources = Resources.Parse("cpus:0.1;mem:32"),
            Command = new CommandSpec { Argv = [.. command] },
        });
        if (end.State != TaskState.Finished)
            throw new InvalidOperationException($"A task ended as {end.State}: {end.Message}");
        room.Release();
    }

    private static double Bare(string[] command, int count, int threads)
    {
        var environment = new[] { "PATH=/usr/bin:/bin" };
        var start = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < count / threads; i++)
                _ = Libc.WaitPid(ProcessSpawner.Start(command[0], command, environment), out _, 0);
        })).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        return count / threads * threads / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Of this process, of those that it waited for, and of those below it that go on. A busy machine changes it less than the time of the clock.</summary>
    private static double ProcessorMilliseconds()
    {
        const double MillisecondsPerTick = 10;
        var self = Environment.ProcessId;
        return ProcessTable.ReadAll().Where(p => p.Pid == self || p.Parent == self).Sum(p => p.CpuTicks) * MillisecondsPerTick;
    }

    private static double Median(List<double> values) => Math.Round(values.Order().ElementAt(values.Count / 2), 2);
}
