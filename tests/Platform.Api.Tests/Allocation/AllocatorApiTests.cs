using System.Net;
using System.Text.Json;
using Platform.Api.Tests.Marathon;

namespace Platform.Api.Tests.Allocation;

/// <summary>Weights, quota, reservations and operations over HTTP, on 4 agents of 100 cpus. Each test has roles of its own.</summary>
public sealed class AllocatorApiTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    /// <summary>Agents join one way: the API may be asked before the allocator knows them.</summary>
    private Task<Answer> AgentsAsync() => server.AskUntilAsync("/api/allocator", answer => answer.Json.GetProperty("agents").GetInt32() == 4);

    private async Task<JsonElement?> RoleAsync(string role)
    {
        foreach (var item in (await server.GetAsync("/api/allocator")).Json.GetProperty("roles").EnumerateArray())
        {
            if (item.GetProperty("role").GetString() == role)
                return item;
        }
        return null;
    }

    private async Task<Answer> DoneAsync(string method, string path, string? json = null)
    {
        var answer = await server.SendAsync(method, path, json);
        answer.Status.ShouldBe(HttpStatusCode.NoContent, answer.Text);
        return answer;
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync(string method, string path, string? json = null)
    {
        var answer = await server.SendAsync(method, path, json);
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, answer.Text);
        return answer.Problems;
    }

    private async Task<string?> ReservedAsync(string agent, string role)
    {
        var reservations = (await server.GetAsync("/api/allocator/reservations")).Json.GetProperty("reservations");
        return reservations.TryGetProperty(agent, out var roles) && roles.TryGetProperty(role, out var text) ? text.GetString() : null;
    }

    [Fact]
    public async Task The_status_tells_totals_and_roles()
    {
        await AgentsAsync();
        await server.AddAsync("/status", "\"instances\":2,\"cpus\":0.5");
        var status = (await server.GetAsync("/api/allocator")).Json;
        status.GetProperty("total").GetProperty("cpus").GetDouble().ShouldBe(400);
        status.GetProperty("tasks").GetInt32().ShouldBeGreaterThanOrEqualTo(2);
        var role = (await RoleAsync("*"))!.Value;
        role.GetProperty("weight").GetDouble().ShouldBe(1);
        role.GetProperty("held").GetProperty("cpus").GetDouble().ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task What_waits_is_told_with_its_reasons()
    {
        await AgentsAsync();
        var change = await server.SendAsync("POST", "/v2/apps", """{"id":"/waits","cmd":"sleep 1000","cpus":101,"mem":1}""");
        change.Status.ShouldBe(HttpStatusCode.Created);
        static JsonElement? Find(Answer answer) => answer.Json.GetProperty("demands").EnumerateArray().Cast<JsonElement?>()
            .FirstOrDefault(demand => demand!.Value.GetProperty("owner").GetString() == "app:/waits" && demand.Value.TryGetProperty("reasons", out _));
        var waiting = Find(await server.AskUntilAsync("/api/allocator/pending", answer => Find(answer) is not null))!.Value;
        waiting.GetProperty("tasks").GetInt32().ShouldBe(1);
        waiting.GetProperty("impossible").GetBoolean().ShouldBeTrue();
        var reason = waiting.GetProperty("reasons")[0];
        (reason.GetProperty("subject").GetString(), reason.GetProperty("agents").GetInt32(), reason.GetProperty("missing").GetDouble()).ShouldBe(("cpus", 4, 1));
        (await server.SendAsync("DELETE", "/v2/apps//waits?force=true")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Weights_are_set_together_and_shown()
    {
        await DoneAsync("PUT", "/api/allocator/weights", """{"w-eng": 2.5, "w-ops/night": 0.1}""");
        (await RoleAsync("w-eng"))!.Value.GetProperty("weight").GetDouble().ShouldBe(2.5);
        (await RoleAsync("w-ops/night"))!.Value.GetProperty("weight").GetDouble().ShouldBe(0.1);
        await DoneAsync("PUT", "/api/allocator/weights", """{"w-eng": 1}""");
        // A role without members and with the weight that every role has is nobody.
        (await RoleAsync("w-eng")).ShouldBeNull();
    }

    [Fact]
    public async Task Every_problem_of_weights_is_told_with_its_path_and_nothing_changes()
    {
        (await ProblemsAsync("PUT", "/api/allocator/weights", """{"v-ok": 2, "v-zero": 0, "v//bad": 1, "v-text": "2", "-": -1}""")).ShouldBe(
        [
            "/v-zero: must be above 0",
            "/v//bad: Role 'v//bad' cannot contain two adjacent slashes",
            "/v-text: error.expected.jsnumber",
            "/-: Role component '-' is invalid because it starts with a dash",
            "/-: must be above 0",
        ]);
        (await ProblemsAsync("PUT", "/api/allocator/weights", "[]")).ShouldBe(["/: error.expected.jsobject"]);
        (await server.SendAsync("PUT", "/api/allocator/weights", "{")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.SendAsync("PUT", "/api/allocator/weights", "{}", "text/plain")).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await RoleAsync("v-ok")).ShouldBeNull();
    }

    [Fact]
    public async Task A_quota_is_set_shown_changed_and_removed()
    {
        await AgentsAsync();
        await DoneAsync("PUT", "/api/allocator/quota/q-eng", """{"guarantee": {"cpus": 4}, "limit": {"cpus": 8.5, "mem": 512}}""");
        var role = (await RoleAsync("q-eng"))!.Value;
        role.GetProperty("guarantee").GetRawText().ShouldBe("""{"cpus":4}""");
        role.GetProperty("limit").GetRawText().ShouldBe("""{"cpus":8.5,"mem":512}""");
        await DoneAsync("PUT", "/api/allocator/quota/q-eng/web", """{"guarantee": {"cpus": 3}}""");
        (await RoleAsync("q-eng/web"))!.Value.GetProperty("guarantee").GetRawText().ShouldBe("""{"cpus":3}""");

        // 3 of the 4 are promised below already.
        (await ProblemsAsync("PUT", "/api/allocator/quota/q-eng/db", """{"guarantee": {"cpus": 2}}""")).ShouldHaveSingleItem().ShouldContain("has 1 left");
        (await ProblemsAsync("DELETE", "/api/allocator/quota/q-eng")).ShouldHaveSingleItem().ShouldContain("lower theirs first");
        await DoneAsync("DELETE", "/api/allocator/quota/q-eng/web");
        await DoneAsync("DELETE", "/api/allocator/quota/q-eng");
        (await RoleAsync("q-eng")).ShouldBeNull();
    }

    [Fact]
    public async Task Every_problem_of_a_quota_is_told_with_its_path_and_nothing_changes()
    {
        (await ProblemsAsync("PUT", "/api/allocator/quota/p-eng/-", """{"guarantee": {"cpus": "4", "mem": -1}, "limit": [], "limits": {}}""")).ShouldBe(
        [
            "/: Role component '-' is invalid because it starts with a dash",
            "/limits: is not known; known are guarantee, limit",
            "/guarantee/cpus: error.expected.jsnumber",
            "/guarantee/mem: is less than 0",
            "/limit: error.expected.jsobject",
        ], ignoreOrder: true);
        await AgentsAsync();
        // The guarantee is above the limit, and above what 4 agents of 100 cpus have.
        var problems = await ProblemsAsync("PUT", "/api/allocator/quota/p-eng", """{"guarantee": {"cpus": 500}, "limit": {"cpus": 8}}""");
        problems.Count.ShouldBe(2);
        problems[0].ShouldStartWith("/: role 'p-eng': the guarantee of 500 cpus is above its limit of 8");
        problems[1].ShouldContain("use force to set it all the same");
        (await RoleAsync("p-eng")).ShouldBeNull();
    }

    [Fact]
    public async Task Force_sets_a_limit_below_what_is_consumed()
    {
        await AgentsAsync();
        await DoneAsync("PUT", "/api/allocator/reservations/agent-00003/f-eng", """{"resources": "cpus:3"}""");
        (await ProblemsAsync("PUT", "/api/allocator/quota/f-eng", """{"limit": {"cpus": 2}}""")).ShouldHaveSingleItem().ShouldContain("it consumes 3 cpus already");
        (await RoleAsync("f-eng"))!.Value.GetProperty("limit").GetRawText().ShouldBe("{}");
        await DoneAsync("PUT", "/api/allocator/quota/f-eng?force=true", """{"limit": {"cpus": 2}}""");
        (await RoleAsync("f-eng"))!.Value.GetProperty("limit").GetRawText().ShouldBe("""{"cpus":2}""");
    }

    [Fact]
    public async Task Quotas_of_several_roles_are_set_together_or_not_at_all()
    {
        await AgentsAsync();
        await DoneAsync("PUT", "/api/allocator/quota", """{"b-eng/web": {"guarantee": {"cpus": 2}}, "b-eng": {"guarantee": {"cpus": 4}}, "b-ops": {"limit": {"cpus": 1}}}""");
        (await RoleAsync("b-eng/web"))!.Value.GetProperty("guarantee").GetRawText().ShouldBe("""{"cpus":2}""");

        (await ProblemsAsync("PUT", "/api/allocator/quota", """{"b-eng": {"guarantee": {"cpus": 1}}, "b-ops": {"limit": {"cpus": 5}}}"""))
            .ShouldHaveSingleItem().ShouldStartWith("/: role 'b-eng': the roles below it are guaranteed 2 cpus");
        (await ProblemsAsync("PUT", "/api/allocator/quota", """{"b/": {}, "b-ops": {"limit": {"cpus": true}}}""")).ShouldBe(
            ["/b/: Role 'b/' cannot end with a slash", "/b-ops/limit/cpus: error.expected.jsnumber"]);
        (await RoleAsync("b-ops"))!.Value.GetProperty("limit").GetRawText().ShouldBe("""{"cpus":1}""");

        await DoneAsync("PUT", "/api/allocator/quota", """{"b-eng": null, "b-eng/web": null, "b-ops": {}}""");
        foreach (var role in new[] { "b-eng", "b-eng/web", "b-ops" })
            (await RoleAsync(role)).ShouldBeNull();
    }

    [Fact]
    public async Task A_reservation_is_made_changed_shown_and_ended()
    {
        await AgentsAsync();
        await DoneAsync("PUT", "/api/allocator/reservations/agent-00001/r-eng/web", """{"resources": "cpus:2;mem:512;ports:[31000-31009]"}""");
        (await ReservedAsync("agent-00001", "r-eng/web")).ShouldBe("cpus:2; mem:512; ports:[31000-31009]");
        (await RoleAsync("r-eng"))!.Value.GetProperty("reserved").GetRawText().ShouldBe("""{"cpus":2,"mem":512}""");
        await DoneAsync("PUT", "/api/allocator/reservations/agent-00001/r-eng/web", """{"resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 3}}]}""");
        (await ReservedAsync("agent-00001", "r-eng/web")).ShouldBe("cpus:3");
        await DoneAsync("DELETE", "/api/allocator/reservations/agent-00001/r-eng/web");
        (await ReservedAsync("agent-00001", "r-eng/web")).ShouldBeNull();
        (await RoleAsync("r-eng")).ShouldBeNull();
    }

    [Theory]
    [InlineData("agent-00002/s", """{"resources": "cpus:101"}""", "/: Reserve needs cpus")]
    [InlineData("agent-00009/s", """{"resources": "cpus:1"}""", "/: there is no agent 'agent-00009'")]
    [InlineData("agent-00002/*", """{"resources": "cpus:1"}""", "/: resources cannot be reserved for the role '*'")]
    [InlineData("agent-00002/-", """{"resources": "cpus:1"}""", "/: Role component '-' is invalid because it starts with a dash")]
    [InlineData("agent-00002/s", """{"resources": "cpus(s):1"}""", "/: name plain resources, such as cpus:2;mem:512")]
    [InlineData("agent-00002/s", """{"resources": "cpus"}""", "/resources: Bad value for resources, missing or extra ':' in 'cpus'")]
    [InlineData("agent-00002/s", """{"resources": 1}""", "/resources: ")]
    [InlineData("agent-00002/s", "{}", "/resources: error.path.missing")]
    [InlineData("agent-00002/s", """{"resource": "cpus:1"}""", "/resource: is not known; known are resources")]
    [InlineData("agent-00002/s", "1", "/: error.expected.jsobject")]
    public async Task A_reservation_that_cannot_be_made_changes_nothing(string place, string json, string problem)
    {
        await AgentsAsync();
        (await ProblemsAsync("PUT", $"/api/allocator/reservations/{place}", json)).ShouldContain(told => told.StartsWith(problem, StringComparison.Ordinal), problem);
        (await ReservedAsync("agent-00002", "s")).ShouldBeNull();
    }

    [Fact]
    public async Task The_end_of_a_reservation_that_is_not_there_is_no_error_and_that_of_an_unknown_agent_is()
    {
        await AgentsAsync();
        await DoneAsync("DELETE", "/api/allocator/reservations/agent-00002/nobody");
        (await ProblemsAsync("DELETE", "/api/allocator/reservations/agent-00009/nobody")).ShouldBe(["/: there is no agent 'agent-00009'"]);
    }

    [Fact]
    public async Task An_operator_makes_grows_shrinks_and_moves_what_is_free()
    {
        await AgentsAsync();
        static string Disk(int mb, string role, string? volume = null)
        {
            var disk = volume is null ? "" : ",\"disk\":{\"persistence\":{\"id\":\"" + volume + "\"},\"volume\":{\"container_path\":\"data\",\"mode\":\"RW\"}}";
            return $"[{{\"name\":\"disk\",\"type\":\"SCALAR\",\"scalar\":{{\"value\":{mb}}},\"reservations\":[{{\"type\":\"DYNAMIC\",\"role\":\"{role}\"}}]{disk}}}]";
        }

        Task Done(string json) => DoneAsync("POST", "/api/allocator/operations/agent-00000", json);
        await Done($$"""{"kind": "reserve", "resources": {{Disk(100, "o-db")}} }""");
        await Done($$"""{"kind": "create", "resources": {{Disk(40, "o-db", "v")}} }""");
        await Done($$"""{"kind": "grow", "resources": {{Disk(40, "o-db", "v")}}, "source": {{Disk(25, "o-db")}} }""");
        await Done($$"""{"kind": "shrink", "resources": {{Disk(65, "o-db", "v")}}, "subtract": 50}""");
        await Done($$"""{"kind": "reserve", "resources": {{Disk(85, "o-ops")}}, "source": {{Disk(85, "o-db")}} }""");
        // 100 = 15 in the volume and 85 that went to the other role.
        (await RoleAsync("o-db"))!.Value.GetProperty("reserved").GetRawText().ShouldBe("""{"disk":15}""");
        (await ReservedAsync("agent-00000", "o-ops")).ShouldBe("disk:85");
        await Done($$"""{"kind": "destroy", "resources": {{Disk(15, "o-db", "v")}} }""");
        await Done($$"""{"kind": "unreserve", "resources": {{Disk(15, "o-db")}} }""");
        (await ReservedAsync("agent-00000", "o-db")).ShouldBeNull();

        (await ProblemsAsync("POST", "/api/allocator/operations/agent-00000", """{"kind": "launch", "source": 1, "subtract": -1, "task": "t"}""")).ShouldBe(
        [
            "/task: is not known; known are kind, resources, source, subtract",
            "/kind: error.unknown.enum.literal",
            "/resources: error.path.missing",
            "/subtract: is less than 0",
            "/source: Resources in JSON must be an array of objects",
        ], ignoreOrder: true);
        (await ProblemsAsync("POST", "/api/allocator/operations/agent-00000", """{"kind": "unreserve", "resources": "cpus(o-x):1", "source": "cpus:1", "subtract": 1}""")).ShouldBe(
            ["/subtract: is for shrink alone", "/source: is for reserve and grow alone"]);
        (await ProblemsAsync("POST", "/api/allocator/operations/agent-00000", $$"""{"kind": "unreserve", "resources": {{Disk(1, "o-x")}} }""")).ShouldHaveSingleItem().ShouldStartWith("/: Unreserve needs disk");
        (await ProblemsAsync("POST", "/api/allocator/operations/agent-00009", $$"""{"kind": "unreserve", "resources": {{Disk(1, "o-x")}} }""")).ShouldBe(["/: there is no agent 'agent-00009'"]);
    }

    [Theory]
    [InlineData("GET", "/api/allocator/nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/allocator", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/allocator/quota/eng", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/api/allocator/weights", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/api/allocator/reservations/agent-00001", HttpStatusCode.NotFound)]
    public async Task Other_paths_and_methods_are_refused(string method, string path, HttpStatusCode status) =>
        (await server.SendAsync(method, path)).Status.ShouldBe(status);
}
