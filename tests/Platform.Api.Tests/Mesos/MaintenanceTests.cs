using System.Net;
using System.Text.Json;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>Maintenance by the calls of operators and by Mesos' older endpoints. The server has one schedule, so there is one story.</summary>
public sealed class MaintenanceTests(MesosServer server) : IClassFixture<MesosServer>
{
    private const string Machine = """{"hostname":"agent-kept"}""";

    private static string Schedule(string machines) => $$$$"""{"windows":[{"machine_ids":[{{{{machines}}}}],"unavailability":{"start":{"nanoseconds":1900000000000000000},"duration":{"nanoseconds":3600000000000}}}]}""";

    private static string Update(string machines) => $$$"""{"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":{{{Schedule(machines)}}}}}""";

    private static string Start(string machine) => $$$"""{"type":"START_MAINTENANCE","start_maintenance":{"machines":[{{{machine}}}]}}""";

    [Fact]
    public async Task Frameworks_are_asked_to_leave_agents_are_sent_away_and_let_in_again()
    {
        var agent = new SimulatedAgent(server.Grains, "agent-kept", "cpus:7;mem:1000", TimeProvider.System);
        await agent.ConnectAsync();
        using var scheduler = await MesosStream.OpenAsync(server.Http, "/api/v1/scheduler", """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"asked","failover_timeout":60}}}""");
        var id = (await scheduler.UntilAsync("SUBSCRIBED")).GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!;
        var offer = await OfferAsync(scheduler);
        offer.TryGetProperty("unavailability", out _).ShouldBeFalse();
        (await server.SendAsync("POST", "/api/v1/scheduler", $$$"""
            {"type":"ACCEPT","framework_id":{"value":"{{{id}}}"},"accept":{"offer_ids":[{{{offer.GetProperty("id").GetRawText()}}}],"filters":{"refuse_seconds":0},"operations":[{"type":"LAUNCH","launch":{"task_infos":[
            {"name":"t","task_id":{"value":"t1"},"agent_id":{"value":"agent-kept"},"command":{"value":"sleep 1000"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}},{"name":"mem","type":"SCALAR","scalar":{"value":1}}]}]}}]}}
            """, stream: scheduler.Id)).Status.ShouldBe(HttpStatusCode.Accepted);
        await StateAsync(scheduler, id, "TASK_RUNNING");

        // The schedule, by the older endpoint; the framework is asked to leave and told with its offers.
        (await server.SendAsync("POST", "/maintenance/schedule", Schedule(Machine))).Status.ShouldBe(HttpStatusCode.OK);
        var inverse = (await scheduler.UntilAsync("INVERSE_OFFERS")).GetProperty("inverse_offers").GetProperty("inverse_offers")[0];
        inverse.GetProperty("agent_id").GetProperty("value").GetString().ShouldBe("agent-kept");
        inverse.GetProperty("unavailability").GetProperty("start").GetProperty("nanoseconds").GetInt64().ShouldBe(1_900_000_000_000_000_000);
        (await server.SendAsync("GET", "/master/maintenance/schedule")).Text.ShouldBe(Schedule(Machine));
        (await server.CallAsync("""{"type":"GET_MAINTENANCE_SCHEDULE"}""")).Json.GetProperty("get_maintenance_schedule").GetProperty("schedule").GetRawText().ShouldBe(Schedule(Machine));
        (await server.SendAsync("GET", "/maintenance/status?jsonp=f")).Text.ShouldBe($$$"""f({"draining_machines":[{"id":{{{Machine}}}}]});""");

        // What it answers is shown.
        (await server.SendAsync("POST", "/api/v1/scheduler", $$$$"""
            {"type":"DECLINE_INVERSE_OFFERS","framework_id":{"value":"{{{{id}}}}"},"decline_inverse_offers":{"inverse_offer_ids":[{{{{inverse.GetProperty("id").GetRawText()}}}}],"filters":{"refuse_seconds":1000}}}
            """, stream: scheduler.Id)).Status.ShouldBe(HttpStatusCode.Accepted);
        var status = (await server.CallAsync("""{"type":"GET_MAINTENANCE_STATUS"}""")).Json.GetProperty("get_maintenance_status").GetProperty("status").GetProperty("draining_machines")[0].GetProperty("statuses")[0];
        (status.GetProperty("status").GetString(), status.GetProperty("framework_id").GetProperty("value").GetString()).ShouldBe(("DECLINE", id));

        // What is wrong changes nothing.
        await RefusedAsync(server.CallAsync(Update($"{Machine},{Machine}")), $"Machine '{Machine}' appears more than once in the schedule");
        await RefusedAsync(server.CallAsync(Update("{}")), "Both 'hostname' and 'ip' for a machine are empty");
        await RefusedAsync(server.CallAsync(Start("""{"hostname":"nowhere"}""")), """Machine '{"hostname":"nowhere"}' is not part of a maintenance schedule""");
        await RefusedAsync(server.SendAsync("POST", "/machine/up", $"[{Machine}]"), $"Machine '{Machine}' is not in DOWN mode and cannot be brought up");
        await RefusedAsync(server.SendAsync("POST", "/machine/down", "{}"), "Failed to parse request JSON: expecting an array of machines such as [{\"hostname\":\"..\",\"ip\":\"..\"}]");
        (await server.SendAsync("POST", "/machine/down", "[")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.SendAsync("PUT", "/maintenance/schedule", "{}")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await server.SendAsync("GET", "/machine/up")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);

        // Down: the agent goes, its task is lost, and it is kept out.
        (await server.CallAsync(Start(Machine))).Status.ShouldBe(HttpStatusCode.OK);
        await agent.Closed;
        await StateAsync(scheduler, id, "TASK_LOST");
        (await server.SendAsync("GET", "/slaves?slave_id=agent-kept")).Json.GetProperty("slaves").GetArrayLength().ShouldBe(0);
        (await server.SendAsync("GET", "/maintenance/status")).Text.ShouldBe($$$"""{"down_machines":[{{{Machine}}}]}""");
        (await agent.ConnectAsync()).Refused.ShouldNotBeNull();
        await RefusedAsync(server.CallAsync("""{"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":{}}}"""), $"Machine '{Machine}' is deactivated and cannot be removed from the schedule");

        // Up: it is let in, and not in the schedule any more.
        (await server.SendAsync("POST", "/master/machine/up", $"[{Machine}]")).Status.ShouldBe(HttpStatusCode.OK);
        (await agent.ConnectAsync()).Registered.ShouldNotBeNull();
        (await server.SendAsync("GET", "/maintenance/schedule")).Text.ShouldBe("{}");
        (await OfferAsync(scheduler)).TryGetProperty("unavailability", out _).ShouldBeFalse();
    }

    private static async Task<JsonElement> OfferAsync(MesosStream scheduler)
    {
        while (true)
        {
            foreach (var offer in (await scheduler.UntilAsync("OFFERS")).GetProperty("offers").GetProperty("offers").EnumerateArray())
            {
                if (offer.GetProperty("agent_id").GetProperty("value").GetString() == "agent-kept")
                    return offer;
            }
        }
    }

    // The next update comes when the one before is acknowledged.
    private async Task StateAsync(MesosStream scheduler, string id, string state)
    {
        while (true)
        {
            var status = (await scheduler.UntilAsync("UPDATE")).GetProperty("update").GetProperty("status");
            (await server.SendAsync("POST", "/api/v1/scheduler", $$$$"""
                {"type":"ACKNOWLEDGE","framework_id":{"value":"{{{{id}}}}"},"acknowledge":{"agent_id":{"value":"agent-kept"},"task_id":{"value":"t1"},"uuid":{{{{status.GetProperty("uuid").GetRawText()}}}}}}
                """, stream: scheduler.Id)).Status.ShouldBe(HttpStatusCode.Accepted);
            if (status.GetProperty("state").GetString() == state)
                return;
        }
    }

    private static async Task RefusedAsync(Task<Marathon.Answer> answer, string text)
    {
        var refused = await answer;
        (refused.Status, refused.Text).ShouldBe((HttpStatusCode.BadRequest, text));
    }
}
