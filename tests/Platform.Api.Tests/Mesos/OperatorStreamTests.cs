using System.Net;
using System.Text.Json;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;
using Platform.Simulation;
using OperatorEvent = Platform.Mesos.Wire.Operator.Event;

namespace Platform.Api.Tests.Mesos;

/// <summary>SUBSCRIBE of the operator API: the whole state, then every change.</summary>
public sealed class OperatorStreamTests(MesosServer server) : IClassFixture<MesosServer>
{
    private const string Subscribe = """{"type":"SUBSCRIBE"}""";

    private Task<MesosStream> OpenAsync(string path = "/api/v1") => MesosStream.OpenAsync(server.Http, path, Subscribe);

    private static string Type(JsonElement json) => json.GetProperty("type").GetString()!;

    private static string? Framework(JsonElement json) => Type(json) switch
    {
        "FRAMEWORK_ADDED" => json.GetProperty("framework_added").GetProperty("framework").GetProperty("framework_info").GetProperty("name").GetString(),
        "FRAMEWORK_UPDATED" => json.GetProperty("framework_updated").GetProperty("framework").GetProperty("framework_info").GetProperty("name").GetString(),
        "FRAMEWORK_REMOVED" => json.GetProperty("framework_removed").GetProperty("framework_info").GetProperty("name").GetString(),
        _ => null,
    };

    private static string? Task(JsonElement json) => Type(json) switch
    {
        "TASK_ADDED" => $"added {json.GetProperty("task_added").GetProperty("task").GetProperty("state").GetString()}",
        "TASK_UPDATED" => json.GetProperty("task_updated").GetProperty("state").GetString(),
        _ => null,
    };

    private static bool IsOf(JsonElement json, string taskId) => Type(json) switch
    {
        "TASK_ADDED" => json.GetProperty("task_added").GetProperty("task").GetProperty("task_id").GetProperty("value").GetString() == taskId,
        "TASK_UPDATED" => json.GetProperty("task_updated").GetProperty("status").GetProperty("task_id").GetProperty("value").GetString() == taskId,
        _ => false,
    };

    [Theory]
    [InlineData("/api/v1")]
    [InlineData("/master/api/v1")]
    public async Task The_first_events_are_the_whole_state_and_a_heartbeat(string path)
    {
        using var stream = await OpenAsync(path);
        var subscribed = JsonElement.Parse((await stream.NextAsync())!);
        Type(subscribed).ShouldBe("SUBSCRIBED");
        subscribed.GetProperty("subscribed").GetProperty("heartbeat_interval_seconds").GetDouble().ShouldBe(15);
        subscribed.GetProperty("subscribed").GetProperty("get_state").GetProperty("get_agents").GetProperty("agents").GetArrayLength().ShouldBeGreaterThanOrEqualTo(2);
        JsonElement.Parse((await stream.NextAsync())!).GetProperty("type").GetString().ShouldBe("HEARTBEAT");
    }

    [Fact]
    public async Task It_is_told_in_protobuf_too()
    {
        using var stream = await MesosStream.OpenAsync(server.Http, "/api/v1", Subscribe, "application/x-protobuf");
        var subscribed = OperatorEvent.Parser.ParseFrom(await stream.NextAsync());
        subscribed.Subscribed.GetState.GetAgents.Agents.Select(agent => agent.AgentInfo.Hostname).ShouldContain("agent-00000");
        OperatorEvent.Parser.ParseFrom(await stream.NextAsync()).Type.ShouldBe(OperatorEvent.Types.Type.Heartbeat);
    }

    [Fact]
    public async Task A_framework_and_each_step_of_its_tasks_are_told_in_order()
    {
        using var stream = await OpenAsync();
        using var other = await OpenAsync();
        var scheduler = await MesosStream.OpenAsync(server.Http, "/api/v1/scheduler", """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"told"}}}""");
        var id = (await scheduler.UntilAsync("SUBSCRIBED")).GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!;
        await stream.UntilAsync(json => Framework(json) == "told" && Type(json) == "FRAMEWORK_ADDED");

        var offer = (await scheduler.UntilAsync("OFFERS")).GetProperty("offers").GetProperty("offers")[0];
        var agentId = offer.GetProperty("agent_id").GetProperty("value").GetString()!;
        var accepted = await server.SendAsync("POST", "/api/v1/scheduler", $$$"""
            {"type":"ACCEPT","framework_id":{"value":"{{{id}}}"},"accept":{"offer_ids":[{{{offer.GetProperty("id").GetRawText()}}}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[
            {"name":"t","task_id":{"value":"t1"},"agent_id":{"value":"{{{agentId}}}"},"command":{"value":"sleep 1000"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}},{"name":"mem","type":"SCALAR","scalar":{"value":1}}]}]}}]}}
            """, stream: scheduler.Id);
        accepted.Status.ShouldBe(HttpStatusCode.Accepted, accepted.Text);
        foreach (var step in (string[])["added TASK_STAGING", "TASK_STARTING", "TASK_RUNNING"])
            Task(await stream.UntilAsync(json => IsOf(json, "t1"))).ShouldBe(step);

        var agent = server.Cluster.Agents.Single(agent => agent.Id == agentId);
        await agent.ReportAsync(agent.Tasks.Single(task => task.StartsWith("t1.", StringComparison.Ordinal)), TaskState.Finished);
        var finished = await stream.UntilAsync(json => IsOf(json, "t1"));
        Task(finished).ShouldBe("TASK_FINISHED");
        finished.GetProperty("task_updated").GetProperty("framework_id").GetProperty("value").GetString().ShouldBe(id);

        // It goes away, and its time to come back is over at once.
        scheduler.Dispose();
        await stream.UntilAsync(json => Framework(json) == "told" && Type(json) == "FRAMEWORK_REMOVED");
        await other.UntilAsync(json => Framework(json) == "told" && Type(json) == "FRAMEWORK_REMOVED");
    }

    [Fact]
    public async Task Tasks_of_apps_are_those_of_the_framework_that_is_called_marathon()
    {
        using var stream = await OpenAsync();
        await server.AddAppAsync("/told/app");
        var added = await stream.UntilAsync(json => Type(json) == "TASK_ADDED" && json.GetProperty("task_added").GetProperty("task").GetProperty("name").GetString() == "app.told");
        var task = added.GetProperty("task_added").GetProperty("task");
        var taskId = task.GetProperty("task_id").GetProperty("value").GetString()!;
        task.GetProperty("resources").GetArrayLength().ShouldBeGreaterThan(0);
        task.GetProperty("state").GetString().ShouldBe("TASK_STAGING");
        await stream.UntilAsync(json => IsOf(json, taskId) && Task(json) == "TASK_RUNNING");

        (await server.SendAsync("DELETE", "/v2/apps/told/app")).Status.ShouldBe(HttpStatusCode.OK);
        Task(await stream.UntilAsync(json => IsOf(json, taskId))).ShouldBe("TASK_KILLED");
    }

    [Fact]
    public async Task Agents_that_come_and_go_are_told()
    {
        using var stream = await OpenAsync();
        var agent = new SimulatedAgent(server.Grains, "agent-told", "cpus:1;mem:1", TimeProvider.System);
        await agent.ConnectAsync();
        await stream.UntilAsync(json => Type(json) == "AGENT_ADDED" && json.GetProperty("agent_added").GetProperty("agent").GetProperty("agent_info").GetProperty("hostname").GetString() == "agent-told");
        await server.Grains.GetGrain<IAgentGrain>("agent-told").MarkGoneAsync();
        await stream.UntilAsync(json => Type(json) == "AGENT_REMOVED" && json.GetProperty("agent_removed").GetProperty("agent_id").GetProperty("value").GetString() == "agent-told");
    }
}
