using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Clustering;
using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Contracts.Jobs;
using Platform.Core.Groups;
using Platform.Core.Jobs;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Simulation;

namespace Platform.Benchmarks.Dashboard;

/// <summary>A control plane with its dashboard, as <c>platform dev</c> has it, with simulated agents, and much of everything.</summary>
internal sealed class DashboardCluster : IAsyncDisposable
{
    /// <summary>Bytes of a line of the simulated output.</summary>
    private const int LineLength = 80;

    private readonly WebApplication _app;
    private readonly SimulatedCluster _agents;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;
    private long _lines;

    private DashboardCluster(WebApplication app, SimulatedCluster agents)
    {
        (_app, _agents) = (app, agents);
        Grains = app.Services.GetRequiredService<IGrainFactory>();
        foreach (var agent in agents.Agents)
        {
            agent.Outcome = task => task.Owner.StartsWith("job:", StringComparison.Ordinal) ? TaskState.Finished : TaskState.Running;
            agent.Files = Read;
        }
        _beating = agents.HeartbeatAsync(TimeSpan.FromSeconds(5), _stop.Token);
    }

    public IGrainFactory Grains { get; }

    public string Url => _app.Urls.First();

    /// <summary>How many lines each task has written by now.</summary>
    public long Lines
    {
        get => Volatile.Read(ref _lines);
        set => Volatile.Write(ref _lines, value);
    }

    public static async Task<DashboardCluster> StartAsync(string directory, int agents)
    {
        var app = Host.Hosting.ControlPlane.Build(
            new()
            {
                Listen = new(IPAddress.Loopback, 0),
                DataDirectory = directory,
                Tuning = options =>
                {
                    options.Groups.MaxRunningDeployments = 100_000;
                    // The simulated agents share the processors with the control plane and the browser; their silence is not what is measured.
                    options.Agents.UnreachableAfter = TimeSpan.FromMinutes(10);
                },
                Dns = new(new MesosDnsNames(), null),
                Marathon = _ => { },
                Logging = logging => logging.AddFilter(null, LogLevel.Error).AddSimpleConsole(),
            },
            services => services.AddSoleSilo(directory));
        await app.StartAsync();
        var cluster = new SimulatedCluster(agents, "cpus:200;mem:1000000;disk:1000000;ports:[20000-32000]");
        await cluster.ConnectAsync(app.Services.GetRequiredService<IGrainFactory>());
        return new(app, cluster);
    }

    /// <summary>Apps of one task each, until all run.</summary>
    public async Task AddAppsAsync(int apps)
    {
        const int InOne = 500;
        var running = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var agent in _agents.Agents)
        {
            agent.Acknowledged = update =>
            {
                if (update.State == TaskState.Running && Interlocked.Increment(ref running) == apps)
                    done.TrySetResult();
            };
        }
        var group = Grains.GetGrain<IGroupGrain>("/");
        for (var from = 0; from < apps; from += InOne)
        {
            var result = await group.ChangeAsync(new()
            {
                Apps = [.. Enumerable.Range(from, Math.Min(InOne, apps - from)).Select(i => new AppChange
                {
                    AppId = AppOf(i),
                    Spec = new() { Id = AppOf(i), Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 },
                })],
            });
            if (result.Outcome != ChangeOutcome.Accepted)
                throw new InvalidOperationException($"{result.Outcome} {string.Join("; ", result.Problems.ToArray())}");
        }
        await done.Task;
        foreach (var agent in _agents.Agents)
            agent.Acknowledged = null;
    }

    /// <summary>The path of an app by its number.</summary>
    public static string AppOf(int number) => $"/bench/team-{number / 100:000}/app-{number:00000}";

    /// <summary>Jobs that are due in a year.</summary>
    public Task AddPendingJobsAsync(int jobs) => Parallel.ForEachAsync(Enumerable.Range(0, jobs), new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (i, _) => await PutAsync(new()
    {
        Id = $"pending-{i:00000}",
        Schedule = new() { Timing = new() { Expression = $"R1/{DateTime.UtcNow.AddYears(1):yyyy-MM-dd}T{i / 3600 % 24:00}:{i / 60 % 60:00}:{i % 60:00}Z/PT1H" } },
        Task = new() { Command = new() { Shell = "true" }, Cpus = 0.01, Mem = 16 },
    }));

    /// <summary>Jobs with runs that have ended and are kept.</summary>
    public async Task AddRunsAsync(int jobs, int runsOfEach)
    {
        var left = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs), async (i, _) => await PutAsync(new()
        {
            Id = HistoryOf(i),
            KeptRuns = Math.Max(1, runsOfEach),
            Task = new() { Command = new() { Shell = "true" }, Cpus = 0.001, Mem = 1 },
        }));
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(async i =>
        {
            var job = Grains.GetGrain<IJobGrain>(HistoryOf(i));
            // So many at a time of one job; how many have ended is asked for between them.
            for (var made = 0; made < runsOfEach;)
            {
                var status = await job.GetStatusAsync();
                var room = Math.Min(20 - status!.LiveCount, runsOfEach - made);
                for (var n = 0; n < room; n++)
                    await job.StartAsync([], default);
                made += Math.Max(0, room);
                if (room <= 0)
                    await Task.Delay(20);
            }
            while ((await job.GetStatusAsync())!.LiveCount > 0)
                await Task.Delay(50);
        }));
    }

    /// <summary>The id of a job with a history by its number.</summary>
    public static string HistoryOf(int number) => $"history-{number:000}";

    /// <summary>Events as tasks of apps make them.</summary>
    public Task TellAsync(int from, int count, int apps) => Grains.GetGrain<IEventLogGrain>(0).AppendAsync([.. Enumerable.Range(from, count).Select(i => Event(i, AppOf(i % apps)))]);

    /// <summary>One event with a text of its own.</summary>
    public Task TellAsync(string text) => Grains.GetGrain<IEventLogGrain>(0).AppendAsync([Event(0, "/bench/marked", text)]);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        // Grains hold the sessions of agents weakly.
        GC.KeepAlive(_agents);
    }

    private static PlatformEvent Event(int number, string app, string text = "") => new()
    {
        Timestamp = DateTimeOffset.UtcNow,
        Type = "status_update_event",
        Json = $$"""{"eventType":"status_update_event","timestamp":"{{DateTimeOffset.UtcNow:O}}","taskId":"task-{{number}}","taskStatus":"TASK_RUNNING","appId":"{{app}}","host":"agent-{{number % 100:00000}}","message":"{{text}}"}""",
    };

    private async Task PutAsync(JobSpec spec)
    {
        var change = await Grains.GetGrain<IJobGraphGrain>(0).PutAsync(spec, JobPut.Add);
        if (change.Outcome != JobOutcome.Done)
            throw new InvalidOperationException($"{spec.Id}: {change.Outcome} {string.Join("; ", change.Problems.ToArray())}");
    }

    // A file of lines that tell their numbers, as long as it is by now.
    private FileChunk Read(FileRequest request)
    {
        var size = Lines * LineLength;
        var offset = Math.Max(0, request.Offset < 0 ? size + request.Offset : request.Offset);
        var length = (int)Math.Clamp(size - offset, 0, request.Length);
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var number = (offset + at) / LineLength;
            var line = Encoding.ASCII.GetBytes($"{number:000000000} \u001b[32mGET\u001b[0m /shop/item/{number % 977} 200 in {number % 37} ms".PadRight(LineLength - 1) + "\n");
            var skip = (int)((offset + at) % LineLength);
            var part = Math.Min(LineLength - skip, length - at);
            line.AsSpan(skip, part).CopyTo(bytes.AsSpan(at));
            at += part;
        }
        return new() { Offset = offset, Bytes = bytes, Size = size, More = offset + length < size, Rotation = request.Rotation };
    }
}
