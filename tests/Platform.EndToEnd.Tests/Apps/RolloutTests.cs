using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Deployments;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Apps;

/// <summary>Rollouts that fail, that go step by step, and that are paused, with real processes.</summary>
public sealed class RolloutTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_rollout_that_fails_goes_back_by_itself_and_leaves_what_runs_alone()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""
            {"id":"/steady","cmd":"touch ready; exec sleep 100000","cpus":0.1,"mem":16,"instances":2,"backoffSeconds":0,
             "healthChecks":[{"protocol":"COMMAND","command":{"value":"test -f ready"},"gracePeriodSeconds":600,"intervalSeconds":1,"delaySeconds":0}],
             "upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.5},"platform":{"failureBudget":1} }
            """);
        var before = (await cluster.ProcessesAsync("/steady", 2)).Select(process => process.Id).Order().ToArray();

        // It is never healthy, so that nothing old has to make room for it.
        var rollout = await UpdateAsync(cluster, "/steady", """{"cmd":"echo cannot go on >&2; exit 3"}""");
        var outcome = await rollout.WaitAsync();
        (outcome.Succeeded, outcome.Reason).ShouldBe((false, "/steady: 2 new instances failed, the budget is 1"));
        await cluster.QuietAsync();

        (await cluster.ProcessesAsync("/steady", 2)).Select(process => process.Id).Order().ShouldBe(before);
        (await AppAsync(cluster, "/steady")).GetProperty("cmd").GetString().ShouldBe("touch ready; exec sleep 100000");
        var failures = (await cluster.GetAsync("/v2/apps/steady/failures")).GetProperty("failures").EnumerateArray().ToList();
        failures.Count.ShouldBeGreaterThanOrEqualTo(2);
        failures.ShouldAllBe(failure => failure.GetProperty("exitStatus").GetInt32() == 3 && failure.GetProperty("stderr").GetString()!.Contains("cannot go on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_canary_waits_for_its_promotion()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""{"id":"/bird","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":4}""");

        var rollout = await UpdateAsync(cluster, "/bird",
            """{"cmd":"exec sleep 200000","upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.25,"canary":{"steps":[1,"50%"]} } }""");
        foreach (var (step, count) in new[] { (1, 1), (2, 2) })
        {
            await WaitsForPromotionAsync(cluster, step);
            var version = (await AppAsync(cluster, "/bird")).GetProperty("version").GetString();
            (await cluster.ProcessesAsync("/bird", 4)).Count(process => process.Version == version).ShouldBe(count);
            await PostAsync(cluster, "/v2/apps/bird/promote");
        }

        await cluster.SucceededAsync(rollout);
        var reached = (await AppAsync(cluster, "/bird")).GetProperty("version").GetString();
        (await cluster.ProcessesAsync("/bird", 4)).ShouldAllBe(process => process.Version == reached);
        (await AppAsync(cluster, "/bird")).TryGetProperty("canary", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_canary_that_is_not_healthy_is_promoted_by_force_alone()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""{"id":"/sick","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2}""");
        await UpdateAsync(cluster, "/sick", """
            {"cmd":"exec sleep 200000","upgradeStrategy":{"minimumHealthCapacity":0,"maximumOverCapacity":0.5,"canary":{"steps":[1]} },
             "healthChecks":[{"protocol":"COMMAND","command":{"value":"false"},"gracePeriodSeconds":3600,"intervalSeconds":1,"delaySeconds":0}]}
            """);
        var version = (await AppAsync(cluster, "/sick")).GetProperty("version").GetString();
        await cluster.UntilAsync("the canary runs", async () => (await AppAsync(cluster, "/sick")).GetProperty("tasks").EnumerateArray()
            .Any(task => task.GetProperty("version").GetString() == version && task.GetProperty("state").GetString() == "TASK_RUNNING"));

        var refused = await PromoteAsync(cluster);

        refused.ExitCode.ShouldBe(5, refused.Error);
        refused.Error.ShouldContain("not promoted");
        refused.Error.ShouldContain("force");
        var forced = await PromoteAsync(cluster, "--force");
        forced.ExitCode.ShouldBe(0, forced.Error);
        await cluster.UntilAsync("nothing of the old version runs", () =>
            Task.FromResult(cluster.ProcessesOf("/sick", "sleep") is { Count: 2 } processes && processes.All(process => process.Version == version)));
    }

    [Fact]
    public async Task Blue_stays_whole_beside_green_until_green_is_promoted()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""{"id":"/pair","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2}""");
        var blue = (await cluster.ProcessesAsync("/pair", 2)).Select(process => process.Id).Order().ToArray();

        var rollout = await UpdateAsync(cluster, "/pair", """{"cmd":"exec sleep 200000","upgradeStrategy":{"canary":{"blueGreen":true} } }""");
        await WaitsForPromotionAsync(cluster, step: 1);
        var version = (await AppAsync(cluster, "/pair")).GetProperty("version").GetString();
        var both = (await cluster.ProcessesAsync("/pair", 4)).ToLookup(process => process.Version == version, process => process.Id);
        both[false].Order().ShouldBe(blue);

        await PostAsync(cluster, "/v2/apps/pair/promote");
        await cluster.SucceededAsync(rollout);
        (await cluster.ProcessesAsync("/pair", 2)).Select(process => process.Id).Order().ShouldBe(both[true].Order());
    }

    [Fact]
    public async Task A_paused_rollout_replaces_nothing_until_it_is_resumed()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var gate = cluster.Directory.Of("gate");
        await cluster.DeployAsync("""{"id":"/halted","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2}""");
        var before = (await cluster.ProcessesAsync("/halted", 2)).Select(process => process.Id).ToArray();

        // New instances are not healthy before the file is there.
        var rollout = await UpdateAsync(cluster, "/halted", $$"""
            {"cmd":"exec sleep 200000","upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.5},
             "healthChecks":[{"protocol":"COMMAND","command":{"value":"test -f {{gate}}"},"gracePeriodSeconds":600,"intervalSeconds":1,"delaySeconds":0}]}
            """);
        await cluster.ProcessesAsync("/halted", 3);
        await PostAsync(cluster, $"/v2/deployments/{rollout.Id}/pause");
        await File.WriteAllTextAsync(gate, "");
        await cluster.UntilAsync("the new instance is healthy", async () => (await AppAsync(cluster, "/halted")).GetProperty("tasksHealthy").GetInt32() == 1);
        (await cluster.GetAsync("/v2/deployments"))[0].GetProperty("paused").GetBoolean().ShouldBeTrue();
        // Other work goes on, and when it is done nothing has happened here.
        await cluster.DeployAsync("""{"id":"/other","cmd":"exec sleep 100000","cpus":0.1,"mem":16}""");
        before.ShouldBeSubsetOf((await cluster.ProcessesAsync("/halted", 3)).Select(process => process.Id));

        await PostAsync(cluster, $"/v2/deployments/{rollout.Id}/resume");
        await cluster.SucceededAsync(rollout);
        (await cluster.ProcessesAsync("/halted", 2)).Select(process => process.Id).ShouldNotContain(id => before.Contains(id));
    }

    [Fact]
    public async Task An_instance_of_a_run_once_app_that_has_ended_well_stays_ended()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var log = cluster.Directory.Of("once");
        // The first attempt fails.
        await cluster.DeployAsync($$"""
            {"id":"/once","cmd":"echo x >> {{log}}; test $(wc -l < {{log}}) -ge 2","cpus":0.1,"mem":16,"backoffSeconds":0,"platform":{"runOnce":true} }
            """);
        await cluster.UntilAsync("the second attempt has ended", () => Task.FromResult(File.Exists(log) && File.ReadAllLines(log).Length == 2));
        await cluster.UntilAsync("no task is left", async () => (await cluster.Client.Apps.Get("/once").ListTasksAsync()).Count == 0);
        await cluster.DeployAsync("""{"id":"/later","cmd":"exec sleep 100000","cpus":0.1,"mem":16}""");
        (await File.ReadAllLinesAsync(log)).Length.ShouldBe(2);
        (await cluster.GetAsync("/v2/queue")).GetProperty("queue").GetArrayLength().ShouldBe(0);
    }

    private static Task<CommandResult> PromoteAsync(Cluster cluster, params string[] options) =>
        Executable.RunAsync(cluster.Directory.Path, ["app", "promote", "/sick", .. options, "--url", cluster.Url]);

    private static Task WaitsForPromotionAsync(Cluster cluster, int step) =>
        cluster.UntilAsync($"step {step} waits for its promotion", async () =>
            (await cluster.GetAsync("/v2/deployments")).EnumerateArray().Any(deployment =>
                deployment.GetProperty("currentActions")[0].TryGetProperty("canary", out var canary)
                && canary.GetProperty("step").GetInt32() == step && canary.GetProperty("waitsForPromotion").GetBoolean()));

    private static async Task<JsonElement> AppAsync(Cluster cluster, string id) => (await cluster.GetAsync("/v2/apps" + id)).GetProperty("app");

    private static Task<DeploymentHandle> UpdateAsync(Cluster cluster, string id, string fields) => cluster.Client.Apps.Get(id).UpdateAsync(JsonNode.Parse(fields)!.AsObject());

    private static async Task PostAsync(Cluster cluster, string path)
    {
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        (await http.PostAsync(path, null)).EnsureSuccessStatusCode();
    }
}
