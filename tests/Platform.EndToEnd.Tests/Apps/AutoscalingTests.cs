using System.Globalization;
using System.Text.Json;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Apps;

/// <summary>The number of processes follows a metric that a process exposes.</summary>
public sealed class AutoscalingTests(ITestOutputHelper output)
{
    private const double Window = 2;

    [Fact]
    public async Task Workers_follow_the_length_of_a_queue_up_down_to_zero_and_back()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1, "--autoscaling-interval", "0.25");
        // The queue's instance serves its sandbox, and in it the metrics that this test writes.
        await cluster.DeployAsync("""
            {"id":"/queue","cmd":"echo 'queue_length 100' > metrics; exec python3 -m http.server $PORT0","cpus":0.1,"mem":32,
             "healthChecks":[{"protocol":"HTTP","path":"/metrics","gracePeriodSeconds":60,"intervalSeconds":1}]}
            """);
        var sandbox = (await cluster.ProcessesAsync("/queue", 1, "python3"))[0].Environment["MESOS_SANDBOX"];
        await cluster.DeployAsync($$"""
            {"id":"/worker","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":1,
             "platform":{"autoscaling":{"min":0,"max":4,"scaleDownWindowSeconds":{{Window}},
              "targets":[{"metric":"queue_length","value":100,"app":"/queue"}]} } }
            """);

        Expose(sandbox, 350);
        await cluster.ProcessesAsync("/worker", 4);
        var (up, low) = (await LastChangeAsync(cluster), DateTimeOffset.UtcNow);
        // ceil(350 / 100)
        (up.From, up.To, up.Arithmetic).ShouldBe((1, 4, "queue_length of /queue: ceil(350 / 100) = 4"));

        Expose(sandbox, 50);
        await cluster.ProcessesAsync("/worker", 1);
        var down = await LastChangeAsync(cluster);
        (down.From, down.To, down.Arithmetic).ShouldBe((4, 1, "queue_length of /queue: ceil(50 / 100) = 1"));
        // The last high wish is as old as the window by then. It was made after the change up that was seen before this moment.
        (down.At - up.At).TotalSeconds.ShouldBeGreaterThanOrEqualTo(Window);
        down.At.ShouldBeGreaterThan(low);

        Expose(sandbox, 0);
        await cluster.ProcessesAsync("/worker", 0);
        Expose(sandbox, 150);
        await cluster.ProcessesAsync("/worker", 2);
        var back = await LastChangeAsync(cluster);
        (back.From, back.To, back.Arithmetic).ShouldBe((0, 2, "queue_length of /queue: ceil(150 / 100) = 2"));

        // The number is kept over a crash of the control plane, and so are the processes.
        var before = (await cluster.ProcessesAsync("/worker", 2)).Select(process => process.Id);
        await cluster.Server.KillAsync();
        await cluster.StartServerAsync();
        await cluster.UntilAsync("the load is measured again", async () =>
            (await AppAsync(cluster)).TryGetProperty("autoscaling", out var now) && now.GetProperty("arithmetic").GetString() == "queue_length of /queue: ceil(150 / 100) = 2");
        (await cluster.ProcessesAsync("/worker", 2)).Select(process => process.Id).ShouldBe(before, ignoreOrder: true);
        (await AppAsync(cluster)).GetProperty("instances").GetInt32().ShouldBe(1);
    }

    // Renamed into place, so that nobody reads half of it.
    private static void Expose(string sandbox, int length)
    {
        var file = Path.Combine(sandbox, "metrics");
        File.WriteAllText(file + ".new", string.Create(CultureInfo.InvariantCulture, $"# TYPE queue_length gauge\nqueue_length {length}\n"));
        File.Move(file + ".new", file, overwrite: true);
    }

    private static async Task<JsonElement> AppAsync(Cluster cluster) => (await cluster.GetAsync("/v2/apps/worker")).GetProperty("app");

    private static async Task<(int From, int To, string? Arithmetic, DateTimeOffset At)> LastChangeAsync(Cluster cluster)
    {
        var change = (await AppAsync(cluster)).GetProperty("autoscaling").GetProperty("lastChange");
        return (change.GetProperty("from").GetInt32(), change.GetProperty("to").GetInt32(), change.GetProperty("arithmetic").GetString(), change.GetProperty("at").GetDateTimeOffset());
    }
}
