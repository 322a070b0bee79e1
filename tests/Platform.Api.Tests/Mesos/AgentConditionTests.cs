using System.Net;
using System.Text.Json;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>Agents are deactivated, drained, brought back and given up by the calls of operators.</summary>
public sealed class AgentConditionTests(MesosServer server) : IClassFixture<MesosServer>
{
    private const string Agent = "agent-resting";

    private static string Call(string type, string more = "", string agent = Agent) => $$$"""{"type":"{{{type}}}","{{{type.ToLowerInvariant()}}}":{"agent_id":{"value":"{{{agent}}}"}{{{more}}}}}""";

    [Fact]
    public async Task What_an_operator_wants_of_an_agent_happens_and_is_shown()
    {
        var agent = new SimulatedAgent(server.Grains, Agent, "cpus:7;mem:1000", TimeProvider.System);
        await agent.ConnectAsync();
        using var scheduler = await MesosStream.OpenAsync(server.Http, "/api/v1/scheduler", """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"asked","failover_timeout":60}}}""");
        var id = (await scheduler.UntilAsync("SUBSCRIBED")).GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!;
        var offer = await OfferAsync(scheduler);
        (await server.SendAsync("POST", "/api/v1/scheduler", $$$"""
            {"type":"ACCEPT","framework_id":{"value":"{{{id}}}"},"accept":{"offer_ids":[{"value":"{{{offer}}}"}],"filters":{"refuse_seconds":0},"operations":[{"type":"LAUNCH","launch":{"task_infos":[
            {"name":"t","task_id":{"value":"t1"},"agent_id":{"value":"{{{Agent}}}"},"command":{"value":"sleep 1000"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}},{"name":"mem","type":"SCALAR","scalar":{"value":1}}]}]}}]}}
            """, stream: scheduler.Id)).Status.ShouldBe(HttpStatusCode.Accepted);
        await RunsAndIsOfferedAsync(scheduler, id);

        // Deactivated: what was offered of it is taken back, what runs there stays, also when it dials in anew.
        (await server.CallAsync(Call("DEACTIVATE_AGENT"))).Status.ShouldBe(HttpStatusCode.OK);
        await scheduler.UntilAsync("RESCIND");
        var shown = await ShownAsync();
        (shown.GetProperty("active").GetBoolean(), shown.GetProperty("deactivated").GetBoolean(), shown.TryGetProperty("drain_info", out _)).ShouldBe((true, true, false));
        (await LegacyAsync()).GetProperty("deactivated").GetBoolean().ShouldBeTrue();
        agent.Tasks.Count.ShouldBe(1);
        await agent.DisconnectAsync();
        (await agent.ConnectAsync()).Registered.ShouldNotBeNull();
        (await ShownAsync()).GetProperty("deactivated").GetBoolean().ShouldBeTrue();
        agent.Tasks.Count.ShouldBe(1);

        // And back.
        (await server.CallAsync(Call("REACTIVATE_AGENT"))).Status.ShouldBe(HttpStatusCode.OK);
        await OfferAsync(scheduler);
        await RefusedAsync(Call("REACTIVATE_AGENT"), $"Agent {Agent} is not deactivated");

        // Drained: its tasks end, and how it was asked to is shown.
        await RefusedAsync(Call("DRAIN_AGENT", ""","max_grace_period":"-1s" """), "Failed to validate master::Call: 'max_grace_period' must be non-negative");
        (await server.CallAsync(Call("DRAIN_AGENT", ""","max_grace_period":"7s" """))).Status.ShouldBe(HttpStatusCode.OK);
        await StateAsync(scheduler, id, "TASK_KILLED");
        shown = await ShownAsync();
        while (shown.GetProperty("drain_info").GetProperty("state").GetString() != "DRAINED")
            shown = await ShownAsync();
        shown.GetProperty("drain_info").GetProperty("config").GetRawText().ShouldBe("""{"max_grace_period":{"nanoseconds":7000000000},"mark_gone":false}""");
        shown.GetProperty("estimated_drain_start_time").GetProperty("nanoseconds").GetInt64().ShouldBeGreaterThan(0);
        (await LegacyAsync()).GetProperty("drain_info").GetProperty("config").GetProperty("max_grace_period").GetProperty("nanoseconds").GetInt64().ShouldBe(7_000_000_000);
        (await server.CallAsync(Call("REACTIVATE_AGENT"))).Status.ShouldBe(HttpStatusCode.OK);
        await OfferAsync(scheduler);

        // Gone.
        (await server.CallAsync(Call("MARK_AGENT_GONE"))).Status.ShouldBe(HttpStatusCode.OK);
        await agent.Closed;
        (await server.CallAsync("""{"type":"GET_AGENTS"}""")).Json.GetProperty("get_agents").GetProperty("agents").EnumerateArray()
            .ShouldAllBe(one => one.GetProperty("agent_info").GetProperty("id").GetProperty("value").GetString() != Agent);
        foreach (var type in (string[])["DEACTIVATE_AGENT", "REACTIVATE_AGENT", "DRAIN_AGENT", "MARK_AGENT_GONE"])
        {
            await RefusedAsync(Call(type), "No agent found with specified ID");
            await RefusedAsync($$"""{"type":"{{type}}"}""", $"Failed to validate master::Call: Expecting '{type.ToLowerInvariant()}' to be present");
        }
    }

    private async Task<JsonElement> ShownAsync() => (await server.CallAsync("""{"type":"GET_AGENTS"}""")).Json.GetProperty("get_agents").GetProperty("agents").EnumerateArray()
        .Single(one => one.GetProperty("agent_info").GetProperty("id").GetProperty("value").GetString() == Agent);

    private async Task<JsonElement> LegacyAsync() => (await server.SendAsync("GET", $"/slaves?slave_id={Agent}")).Json.GetProperty("slaves")[0];

    private static async Task<string> OfferAsync(MesosStream scheduler)
    {
        while (true)
        {
            foreach (var offer in (await scheduler.UntilAsync("OFFERS")).GetProperty("offers").GetProperty("offers").EnumerateArray())
            {
                if (offer.GetProperty("agent_id").GetProperty("value").GetString() == Agent && offer.GetProperty("id").GetProperty("value").GetString() is { } id)
                    return id;
            }
        }
    }

    // In either order: what the task left is offered anew, which can then be taken back.
    private async Task RunsAndIsOfferedAsync(MesosStream scheduler, string id)
    {
        var (runs, isOffered) = (false, false);
        while (!runs || !isOffered)
        {
            var told = await scheduler.UntilAsync(json => json.GetProperty("type").GetString() is "UPDATE" or "OFFERS");
            if (told.TryGetProperty("update", out var update))
                runs |= await AcknowledgeAsync(scheduler, id, update.GetProperty("status")) == "TASK_RUNNING";
            else
                isOffered |= told.GetProperty("offers").GetProperty("offers").EnumerateArray().Any(offer => offer.GetProperty("agent_id").GetProperty("value").GetString() == Agent);
        }
    }

    // The next update comes when the one before is acknowledged.
    private async Task StateAsync(MesosStream scheduler, string id, string state)
    {
        while (await AcknowledgeAsync(scheduler, id, (await scheduler.UntilAsync("UPDATE")).GetProperty("update").GetProperty("status")) != state)
        {
        }
    }

    private async Task<string?> AcknowledgeAsync(MesosStream scheduler, string id, JsonElement status)
    {
        (await server.SendAsync("POST", "/api/v1/scheduler", $$$$"""
            {"type":"ACKNOWLEDGE","framework_id":{"value":"{{{{id}}}}"},"acknowledge":{"agent_id":{"value":"{{{{Agent}}}}"},"task_id":{"value":"t1"},"uuid":{{{{status.GetProperty("uuid").GetRawText()}}}}}}
            """, stream: scheduler.Id)).Status.ShouldBe(HttpStatusCode.Accepted);
        return status.GetProperty("state").GetString();
    }

    private async Task RefusedAsync(string call, string text)
    {
        var refused = await server.CallAsync(call);
        (refused.Status, refused.Text).ShouldBe((HttpStatusCode.BadRequest, text));
    }
}
