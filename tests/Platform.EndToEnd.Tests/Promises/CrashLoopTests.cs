using System.Text.Json.Nodes;
using Platform.Client.Events;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>Tasks that end as soon as they start: backed off as specified, with the reason in sight.</summary>
public sealed class CrashLoopTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("exit 3", "exited with status 3")]
    [InlineData("kill -9 $$", "SIGKILL")]
    public async Task A_crash_loop_is_delayed_more_each_time_and_shows_how_it_ended(string command, string ending)
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        const int Launches = 3, Backoff = 1, Factor = 2;
        List<(DateTimeOffset Time, string State)> seen = [];
        using var limit = new CancellationTokenSource(Cluster.Patience);
        var options = new EventOptions
        {
            Types = ["status_update_event"],
            Opened = () => cluster.Client.Apps.CreateAsync(new JsonObject
            {
                ["id"] = "/loop",
                ["cmd"] = command,
                ["cpus"] = 0.1,
                ["mem"] = 16,
                ["backoffSeconds"] = Backoff,
                ["backoffFactor"] = Factor,
                ["maxLaunchDelaySeconds"] = 60,
            }),
        };
        await foreach (var one in cluster.Client.Events.FollowAsync(options, limit.Token))
        {
            var state = one.Content.GetProperty("taskStatus").GetString()!;
            seen.Add((one.Content.GetProperty("timestamp").GetDateTimeOffset(), state));
            if (seen.Count(entry => entry.State == "TASK_FAILED") == Launches)
                break;
        }

        // After the n-th failure the next launch waits at least backoff * factor^(n-1): 1 s, 2 s.
        var failures = seen.Where(entry => entry.State == "TASK_FAILED").Select(entry => entry.Time).ToArray();
        for (var n = 1; n < Launches; n++)
        {
            var pause = (failures[n] - failures[n - 1]).TotalSeconds;
            // Times in events have milliseconds, so a pause may seem 1 ms shorter than it was.
            pause.ShouldBeGreaterThanOrEqualTo(Backoff * Math.Pow(Factor, n - 1) - 0.002, $"after failure {n}");
        }

        var app = await cluster.Client.Apps.Get("/loop").GetAsync();
        app.LastTaskFailure.ShouldNotBeNull();
        app.LastTaskFailure.State.ShouldBe("TASK_FAILED");
        app.LastTaskFailure.Message.ShouldContain(ending);
        // 4 s to wait now: it is in the queue, and says for how long.
        JsonObject? queue = null;
        await cluster.UntilAsync("the delay shows in the queue", async () =>
            (queue = await cluster.Client.Apps.Get("/loop").GetQueueAsync())?["delay"]?["overdue"]?.GetValue<bool>() == false);
        queue!["delay"]!["timeLeftSeconds"]!.GetValue<double>().ShouldBeInRange(0, Backoff * Math.Pow(Factor, Launches));

        var why = await Executable.RunAsync(cluster.Directory.Path, ["app", "why", "/loop", "--url", cluster.Url]);
        why.ExitCode.ShouldBe(0, why.Error);
        why.Output.ShouldContain(ending);
    }
}
