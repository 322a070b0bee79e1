using System.Diagnostics;
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Events;

namespace Platform.Benchmarks.EndToEnd;

/// <summary>From the submission of an app over HTTP until the control plane tells that its process runs.</summary>
/// <remarks>Everything is real: a control plane and an agent in processes of their own, durable state, the event stream, a process for each app.</remarks>
internal sealed class SubmitToRunning : IBenchmark
{
    private readonly Dictionary<string, TaskCompletionSource<long>> running = [];
    private readonly Lock gate = new();

    public string Description => "submit an app until its process runs, one after the other: --apps 200 --warmup 20 --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var apps = options.Number("apps", 200);
        var warmup = options.Number("warmup", 20);
        var parent = options.Text("directory", Path.GetTempPath());
        options.RejectUnknown();

        await using var platform = await PlatformProcess.StartAsync(parent);
        using var stop = new CancellationTokenSource();
        var open = new TaskCompletionSource();
        var reading = ReadEventsAsync(platform.Client, open, stop.Token);
        await open.Task;

        List<double> latencies = [];
        List<double> accepted = [];
        for (var i = 0; i < warmup + apps; i++)
        {
            var id = $"/bench/app-{i}";
            var seen = Expect(id);
            var start = Stopwatch.GetTimestamp();
            await platform.Client.Apps.CreateAsync(new JsonObject { ["id"] = id, ["cmd"] = "exec sleep 100000", ["cpus"] = 0.001, ["mem"] = 1 });
            var answered = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var ran = Stopwatch.GetElapsedTime(start, await seen.WaitAsync(TimeSpan.FromSeconds(30))).TotalMilliseconds;
            if (i < warmup)
                continue;
            accepted.Add(answered);
            latencies.Add(ran);
        }

        await stop.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        latencies.Sort();
        accepted.Sort();
        return new Dictionary<string, object>
        {
            ["apps"] = apps,
            ["acceptedP50Milliseconds"] = At(accepted, 0.5),
            ["acceptedP99Milliseconds"] = At(accepted, 0.99),
            ["runningP50Milliseconds"] = At(latencies, 0.5),
            ["runningP99Milliseconds"] = At(latencies, 0.99),
            ["runningMaxMilliseconds"] = At(latencies, 1),
        };
    }

    private Task<long> Expect(string app)
    {
        TaskCompletionSource<long> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            running[app] = seen;
        return seen.Task;
    }

    private async Task ReadEventsAsync(PlatformClient client, TaskCompletionSource open, CancellationToken cancellationToken)
    {
        var options = new EventOptions
        {
            Types = ["status_update_event"],
            Opened = () =>
            {
                open.SetResult();
                return Task.CompletedTask;
            },
        };
        await foreach (var one in client.Events.FollowAsync(options, cancellationToken))
        {
            var now = Stopwatch.GetTimestamp();
            if (one.Content.GetProperty("taskStatus").GetString() != "TASK_RUNNING")
                continue;
            lock (gate)
            {
                if (running.Remove(one.Content.GetProperty("appId").GetString()!, out var seen))
                    seen.SetResult(now);
            }
        }
    }

    // The smallest measurement that so large a part of all is not above.
    private static double At(List<double> sorted, double part) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * part) - 1)], 1);
}
