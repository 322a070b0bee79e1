using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>Many apps at once, on agents that run no processes.</summary>
public sealed class ManyAppsTests(ITestOutputHelper output)
{
    private const int Apps = 200, Instances = 5, Agents = 50;

    [Fact]
    public async Task Two_hundred_apps_deploy_roll_and_go_on_fifty_agents_with_all_counts_right()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.Track(RunningProcess.Start("simulated agents", cluster.Directory.Path,
            "agent", "--master", cluster.Url, "--work-dir", cluster.WorkDirectoryOf("simulated"), "--simulate", $"{Agents}", "--resources", "cpus:8;mem:4096;disk:10000;ports:[31000-32000]"));

        await cluster.DeployAsync(Definitions("1").ToJsonString());
        var first = await CountAsync(cluster);

        using var limit = new CancellationTokenSource(Cluster.Patience * 2);
        var rolling = await cluster.Client.Apps.CreateAsync(Definitions("2"), null, limit.Token);
        await cluster.SucceededAsync(rolling);
        var second = await CountAsync(cluster);
        second.Intersect(first).ShouldBeEmpty("every instance was replaced");

        var group = await DeleteGroupAsync(cluster);
        await cluster.SucceededAsync(group);
        (await cluster.Client.Apps.ListAsync()).ShouldBeEmpty();
        (await TasksAsync(cluster)).ShouldBeEmpty();
    }

    // 200 apps x 5 instances = 1,000 tasks, each app with exactly its 5, each task on one of 50 agents.
    private static async Task<IReadOnlyList<string>> CountAsync(Cluster cluster)
    {
        var apps = await cluster.Client.Apps.ListAsync();
        apps.Count.ShouldBe(Apps);
        apps.ShouldAllBe(app => app.TasksRunning == Instances && app.TasksStaged == 0 && app.Deployments.Count == 0);
        var tasks = await TasksAsync(cluster);
        tasks.Count.ShouldBe(Apps * Instances);
        tasks.Select(task => task["id"]!.GetValue<string>()).Distinct().Count().ShouldBe(Apps * Instances);
        tasks.GroupBy(task => task["appId"]!.GetValue<string>()).ShouldAllBe(group => group.Count() == Instances);
        var agents = tasks.Select(task => task["slaveId"]!.GetValue<string>()).Distinct().Count();
        agents.ShouldBeLessThanOrEqualTo(Agents);
        return [.. tasks.Select(task => task["id"]!.GetValue<string>())];
    }

    private static async Task<IReadOnlyList<JsonObject>> TasksAsync(Cluster cluster)
    {
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        var answer = JsonNode.Parse(await http.GetStringAsync("/v2/tasks"))!;
        return [.. answer["tasks"]!.AsArray().Select(task => task!.AsObject())];
    }

    private static async Task<Client.Deployments.DeploymentHandle> DeleteGroupAsync(Cluster cluster)
    {
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        using var response = await http.DeleteAsync("/v2/groups/many?force=true");
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return cluster.Client.Deployments.Get(answer["deploymentId"]!.GetValue<string>());
    }

    private static JsonArray Definitions(string round) => new([.. Enumerable.Range(0, Apps).Select(index => (JsonNode)new JsonObject
    {
        ["id"] = $"/many/app-{index:000}",
        ["cmd"] = "sleep 100000",
        ["cpus"] = 0.1,
        ["mem"] = 32,
        ["instances"] = Instances,
        ["env"] = new JsonObject { ["ROUND"] = round },
    })]);
}
