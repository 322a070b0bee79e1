using System.Net;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Platform.Api.Tests.Mesos;
using Platform.Api.Tests.Mesos.Drivers;
using Platform.Contracts.Security;
using Platform.Core.Security;
using Platform.Mesos.Wire.Libprocess;

namespace Platform.Api.Tests.Security;

/// <summary>Schedulers of Mesos where everybody has to log in: a framework is whose login it came with, and its tasks have identities.</summary>
public sealed class FrameworkLoginTests(SecureServer server) : IClassFixture<SecureServer>
{
    private const string Path = "/api/v1/scheduler";

    private static Permission Subscribe(string role) => new(ResourceId.OfRole("framework", role), AccessAction.Create);

    private static string Call(string role, string? id = null, string? principal = null)
    {
        var info = new JsonObject
        {
            ["user"] = "", ["name"] = "f", ["failover_timeout"] = 600, ["roles"] = new JsonArray(role), ["capabilities"] = new JsonArray(new JsonObject { ["type"] = "MULTI_ROLE" }),
        };
        if (principal is not null)
            info["principal"] = principal;
        var call = new JsonObject { ["type"] = "SUBSCRIBE", ["subscribe"] = new JsonObject { ["framework_info"] = info } };
        if (id is not null)
        {
            info["id"] = new JsonObject { ["value"] = id };
            call["framework_id"] = new JsonObject { ["value"] = id };
        }
        return call.ToJsonString();
    }

    [Fact]
    public async Task A_framework_is_whose_login_it_came_with_and_nobody_else_takes_it_over()
    {
        var mine = await server.AddUserAsync("miner", Subscribe("mine"));
        var theirs = await server.AddUserAsync("thief", Subscribe("thief"));
        using var stream = await MesosStream.OpenAsync(server.Http, Path, Call("mine"), token: mine);
        var id = (await stream.UntilAsync("SUBSCRIBED")).GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!;

        // A name that is not the login's is refused as Mesos refuses it.
        var claimed = await server.SendAsync("POST", Path, theirs, Call("thief", principal: "miner"));
        claimed.Status.ShouldBe(HttpStatusCode.BadRequest);
        claimed.Text.ShouldContain("Authenticated principal 'thief' does not match principal 'miner' set in `FrameworkInfo`");

        // With the id of the framework and a role of one's own one gets no framework of somebody else.
        using (var stolen = await MesosStream.OpenAsync(server.Http, Path, Call("thief", id), token: theirs))
        {
            (await stolen.UntilAsync("ERROR")).GetProperty("error").GetProperty("message").GetString().ShouldBe("Changing framework's principal is not allowed.");
            (await stolen.NextAsync()).ShouldBeNull();
        }
        // Nor without the stream's id.
        (await server.SendAsync("POST", Path, theirs, $$$"""{"type":"TEARDOWN","framework_id":{"value":"{{{id}}}"} }""")).Status.ShouldBe(HttpStatusCode.BadRequest);

        // Whose it is comes back, and what it updates keeps its owner.
        using var again = await MesosStream.OpenAsync(server.Http, Path, Call("mine", id), token: mine);
        await again.UntilAsync("SUBSCRIBED");
        (await server.SendAsync("GET", "/mesos/frameworks", server.Root)).Text.ShouldContain("\"principal\":\"miner\"");
    }

    [Fact]
    public async Task A_driver_of_libmesos_cannot_log_in_and_is_told_so()
    {
        using var driver = await TestDriver.StartAsync(new(IPAddress.Loopback, server.Http.BaseAddress!.Port));
        await driver.SendAsync("mesos.scheduler.Call", new SchedulerCall { Type = 1, Subscribe = new() { FrameworkInfo = new() { User = "root", Name = "driver" } } });
        (await driver.UntilAsync<FrameworkErrorMessage>()).Message.ShouldStartWith($"Framework at {driver.Self} is not authenticated");
        (await server.SendAsync("GET", "/mesos/frameworks", server.Root)).Text.ShouldNotContain("driver");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a\\b")]
    [InlineData("a\u0000b")]
    public async Task An_id_that_a_scheduler_brings_along_is_no_path(string id)
    {
        using var stream = await MesosStream.OpenAsync(server.Http, Path, Call("*", id), token: server.Root);

        (await stream.UntilAsync("ERROR")).GetProperty("error").GetProperty("message").GetString()!.ShouldMatch("contains invalid characters|is disallowed");
    }

    [Fact]
    public async Task A_task_of_a_framework_gets_a_token_of_its_own_and_the_rights_that_the_framework_was_given()
    {
        using var agent = await SecureAgent.JoinAsync(server, "mesos", "33000-33010");
        var smith = await server.AddUserAsync("smith", Subscribe("forge"));
        using var scheduler = await MesosStream.OpenAsync(server.Http, Path, Call("forge"), token: smith);
        var id = (await scheduler.UntilAsync("SUBSCRIBED")).GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!;
        var offer = (await scheduler.UntilAsync("OFFERS")).GetProperty("offers").GetProperty("offers")[0];
        (await server.SendAsync("POST", Path, smith, $$$"""
            {"type":"ACCEPT","framework_id":{"value":"{{{id}}}"},"accept":{"offer_ids":[{{{offer.GetProperty("id").GetRawText()}}}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[
            {"name":"t","task_id":{"value":"t1"},"agent_id":{"value":"agent-mesos"},"command":{"value":"sleep 1000"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"allocation_info":{"role":"forge"}},{"name":"mem","type":"SCALAR","scalar":{"value":32},"allocation_info":{"role":"forge"}}]}]}}]}}
            """, prepare: request => request.Headers.Add("Mesos-Stream-Id", scheduler.Id))).Status.ShouldBe(HttpStatusCode.Accepted);
        var task = await agent.LaunchedAsync();
        task.Identity.ShouldNotBeNull();

        var answers = await agent.AskAsync(
            new() { RequestId = "own", TaskId = task.TaskId, Owner = task.Owner },
            new() { RequestId = "other", TaskId = task.TaskId + "0", Owner = task.Owner },
            new() { RequestId = "foreign", TaskId = task.TaskId, Owner = "framework:other" });
        answers["other"].Text.ShouldBeNull();
        answers["foreign"].Text.ShouldBeNull();
        var token = answers["own"].Text!.Value;
        new JsonWebToken(token).Subject.ShouldBe($"framework:{id}/{task.TaskId}");
        using (var liar = await SecureAgent.JoinAsync(server, "mesos-liar", "33100-33110", task))
            (await liar.AskAsync(new TaskTokenRequest { RequestId = "stolen", TaskId = task.TaskId, Owner = task.Owner }))["stolen"].Text.ShouldBeNull();

        await server.SendAsync("PUT", "/api/secrets/forge/key", server.Root, """{"value":"iron"}""");
        (await server.SendAsync("GET", "/api/secrets/forge/key", token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var resource = ResourceId.Secret("forge/key").Replace("/", "%252F", StringComparison.Ordinal);
        (await server.SendAsync("PUT", $"/acs/api/v1/acls/{resource}/users/framework:{id}/read", server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", "/api/secrets/forge/key", token)).Json.GetProperty("value").GetString().ShouldBe("iron");
        (await server.SendAsync("PUT", "/api/secrets/forge/key", token, """{"value":"lead"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);

        // With the task its token goes.
        await agent.SendAsync(new() { Updates = [new() { TaskId = task.TaskId, Owner = task.Owner, UpdateId = "u1", State = Core.Tasks.TaskState.Failed, Timestamp = DateTimeOffset.UtcNow, Message = "broke" }] });
        await agent.NextAsync(command => !command.Acknowledge.IsEmpty);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        // Who was there is believed to be there for a second.
        while ((await server.SendAsync("GET", "/api/secrets/forge/key", token)).Status != HttpStatusCode.Unauthorized)
            limit.Token.ThrowIfCancellationRequested();
        (await agent.AskAsync(new TaskTokenRequest { RequestId = "late", TaskId = task.TaskId, Owner = task.Owner }))["late"].Text.ShouldBeNull();
    }
}
