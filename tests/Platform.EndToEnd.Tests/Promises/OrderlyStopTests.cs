using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>SIGTERM, and what is written meanwhile.</summary>
public sealed class OrderlyStopTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_control_plane_with_open_streams_stops_in_order_and_leaves_tasks_running()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1, "--log-format", "json");
        await cluster.DeployAsync("""{"id":"/app","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2}""");
        var before = (await cluster.ProcessesAsync("/app", 2)).Select(process => process.Id).Order().ToArray();

        // The event stream of the harness and the session of the agent are open.
        await cluster.Server.TerminateAsync();
        cluster.Server.ExitCode.ShouldBe(0, cluster.Server.Log);
        cluster.ProcessesOf("/app", "sleep").Select(process => process.Id).Order().ShouldBe(before);
        var entries = cluster.Server.Log.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).ToArray();
        entries.ShouldNotBeEmpty();
        entries.ShouldAllBe(entry => entry["LogLevel"] != null && entry["Message"] != null && entry["Timestamp"] != null);
        entries.Where(entry => entry["LogLevel"]!.GetValue<string>() is "Error" or "Critical").Select(entry => entry.ToJsonString()).ShouldBeEmpty();

        await cluster.StartServerAsync();
        await cluster.RunningAsync("/app", 2);
        cluster.ProcessesOf("/app", "sleep").Select(process => process.Id).Order().ShouldBe(before);
    }

    [Fact]
    public async Task An_agent_stops_in_order_is_missed_at_once_and_has_its_tasks_back_later()
    {
        await using var cluster = await Cluster.StartAsync(output, 0, "--unreachable-after", "600");
        var agent = cluster.StartAgent("only", options: ["--log-format", "json"]);
        await cluster.DeployAsync("""{"id":"/app","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2}""");
        var before = (await cluster.ProcessesAsync("/app", 2)).Select(process => process.Id).Order().ToArray();

        await agent.TerminateAsync();
        agent.ExitCode.ShouldBe(0, agent.Log);
        var entries = agent.Log.Split('\n').Select(line => JsonNode.Parse(line)!).ToArray();
        entries.ShouldAllBe(entry => entry["LogLevel"] != null && entry["Message"] != null && entry["Timestamp"] != null);
        entries[^1]["Message"]!.GetValue<string>().ShouldBe("Agent only stops and leaves 2 tasks running");
        // It said goodbye: nothing has to time out before it is known to be away.
        await cluster.UntilAsync("it is away", async () => (await cluster.Client.Agents.ListAsync())[0].Condition == "Recovering", TimeSpan.FromSeconds(60));
        cluster.Server.Log.ShouldContain("the agent closed the connection: the agent stops");
        cluster.ProcessesOf("/app", "sleep").Select(process => process.Id).Order().ShouldBe(before);

        cluster.StartAgent("only");
        await cluster.UntilAsync("it is back", async () => (await cluster.Client.Agents.ListAsync())[0].Condition == "Active");
        await cluster.RunningAsync("/app", 2);
        cluster.ProcessesOf("/app", "sleep").Select(process => process.Id).Order().ShouldBe(before);
    }

    [Fact]
    public async Task A_web_page_of_another_place_cannot_talk_to_the_control_plane()
    {
        await using var cluster = await Cluster.StartAsync(output);
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        using var fromElsewhere = new HttpRequestMessage(HttpMethod.Post, "/v2/apps") { Content = new StringContent("""{"id":"/x","cmd":"x"}"""), Headers = { { "Origin", "http://example.org" } } };
        ((int)(await http.SendAsync(fromElsewhere)).StatusCode).ShouldBe(403);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/v2/apps") { Headers = { Host = "example.org" } };
        ((int)(await http.SendAsync(rebound)).StatusCode).ShouldBe(403);
        using var own = new HttpRequestMessage(HttpMethod.Get, "/v2/apps") { Headers = { { "Origin", cluster.Url.TrimEnd('/') } } };
        ((int)(await http.SendAsync(own)).StatusCode).ShouldBe(200);
        (await http.GetStringAsync("/")).ShouldContain("<title>Platform</title>");
        (await cluster.Client.Apps.ListAsync()).ShouldBeEmpty();
    }
}
