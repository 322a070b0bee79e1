using System.Net;
using Platform.Core.Security;

namespace Platform.Api.Tests.Security;

/// <summary>Limits of groups over real HTTP: who sets them, and what clients of Marathon are told.</summary>
public sealed class GroupLimitTests(SecureServer server) : IClassFixture<SecureServer>
{
    private static string App(string id, int instances = 1) => $$"""{"id":"{{id}}","cmd":"sleep 1000","instances":{{instances}},"cpus":0.5,"mem":32,"constraints":[["hostname","LIKE","none"]]}""";

    [Fact]
    public async Task A_deployer_is_told_all_that_a_definition_goes_beyond_and_can_set_no_limit_of_the_own_group()
    {
        var deployer = await server.AddUserAsync("limited", NamedRoles.Grant(NamedRole.Deployer, "/limited"));
        (await server.SendAsync("PUT", "/api/limits/limited", server.Root, """{"apps":2,"instances":3,"cpus":1}""")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await server.SendAsync("POST", "/v2/apps", deployer, App("/limited/a"))).Status.ShouldBe(HttpStatusCode.Created);
        var refused = await server.SendAsync("POST", "/v2/apps", deployer, App("/limited/b", 3));
        (refused.Status, refused.Message).ShouldBe((HttpStatusCode.UnprocessableEntity, "Object is not valid"));
        refused.Problems.ShouldBe(["/: Group /limited may have 3 instances and would have 4; ask for less, or have its limit raised", "/: Group /limited may have 1 cpus and would have 2; ask for less, or have its limit raised"]);
        (await server.SendAsync("PUT", "/v2/groups/limited", deployer, $$$"""{"groups":[{"id":"deep","apps":[{{{App("x", 3)}}}]}]}""")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await server.SendAsync("PUT", "/v2/apps/limited/a?force=true", deployer, """{"instances":4}""")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await server.SendAsync("PUT", "/v2/apps/limited/a?force=true", deployer, """{"instances":2}""")).Status.ShouldBe(HttpStatusCode.OK);

        foreach (var (method, path) in new[] { ("PUT", "/api/limits/limited"), ("DELETE", "/api/limits/limited"), ("PUT", "/api/limits"), ("PUT", "/api/limits/limited/../other"), ("DELETE", "/api/limits") })
            (await server.SendAsync(method, path, deployer, method == "PUT" ? """{"apps":100}""" : null)).Status.ShouldBe(HttpStatusCode.Forbidden, $"{method} {path}");
        (await server.SendAsync("PUT", "/api/limits/other", server.Root, """{"mem":0.5}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", "/api/limits", deployer)).Text.ShouldBe(
            """{"limits":[{"group":"/limited","limit":{"apps":2,"instances":3,"cpus":1},"used":{"apps":1,"jobs":0,"instances":2,"cpus":1.0,"mem":64,"disk":0,"gpus":0}}]}""");
        (await server.SendAsync("GET", "/api/limits", server.Root)).Text.ShouldContain("/other");
    }

    [Fact]
    public async Task A_job_is_held_against_the_limit_with_the_apps_in_the_words_of_each_api()
    {
        (await server.SendAsync("PUT", "/api/limits/jobbing", server.Root, """{"jobs":2,"instances":2,"cpus":1}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("POST", "/v2/apps", server.Root, App("/jobbing/a"))).Status.ShouldBe(HttpStatusCode.Created);
        const string Instances = "Group /jobbing may have 2 instances and would have 4, 3 of it for jobs; ask for less, or have its limit raised";
        const string Cpus = "Group /jobbing may have 1 cpus and would have 1.5, 1 of it for jobs; ask for less, or have its limit raised";

        var ours = await server.SendAsync("POST", "/api/jobs", server.Root, """{"id":"jobbing.many","task":{"cmd":"true","cpus":0.1},"array":{"from":0,"to":2}}""");
        (ours.Status, ours.Message).ShouldBe((HttpStatusCode.UnprocessableEntity, "Object is not valid"));
        ours.Problems.ShouldBe(["array: " + Instances]);
        var metronome = await server.SendAsync("POST", "/v1/jobs", server.Root, """{"id":"jobbing.deep.one","run":{"cmd":"true","cpus":1,"mem":32,"disk":0}}""");
        (metronome.Status, metronome.Message).ShouldBe((HttpStatusCode.UnprocessableEntity, "Object is not valid"));
        metronome.Problems.ShouldBe(["/run/cpus: " + Cpus]);
        var chronos = await server.SendAsync("POST", "/v1/scheduler/iso8601", server.Root, """{"name":"jobbing.one","command":"true","cpus":1,"schedule":"R/2099-01-01T00:00:00Z/P1D"}""");
        ((int)chronos.Status).ShouldBe(400);
        chronos.Text.ShouldContain(Cpus);
        // With what else is wrong.
        (await server.SendAsync("POST", "/api/jobs", server.Root, """{"id":"jobbing.one","task":{"cmd":"true","cpus":1},"parents":["gone"]}""")).Problems.Count.ShouldBe(2);

        (await server.SendAsync("POST", "/api/jobs", server.Root, """{"id":"jobbing.one","task":{"cmd":"true","cpus":0.5}}""")).Status.ShouldBe(HttpStatusCode.Created);
        var app = await server.SendAsync("PUT", "/v2/apps/jobbing/a?force=true", server.Root, """{"instances":2}""");
        app.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        app.Problems.ShouldBe(
        [
            "/: Group /jobbing may have 2 instances and would have 3, 1 of it for jobs; ask for less, or have its limit raised",
            "/: Group /jobbing may have 1 cpus and would have 1.5, 0.5 of it for jobs; ask for less, or have its limit raised",
        ]);
        (await server.SendAsync("GET", "/api/limits", server.Root)).Text.ShouldContain("\"used\":{\"apps\":1,\"jobs\":1,\"instances\":2,");
        (await server.SendAsync("DELETE", "/api/jobs/jobbing.one", server.Root)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PUT", "/v2/apps/jobbing/a?force=true", server.Root, """{"instances":2}""")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_has_the_right_to_the_limits_of_a_group_sets_those_below_it()
    {
        var lead = await server.AddUserAsync("lead", new Permission(ResourceId.Limits("/team"), AccessAction.Full));
        (await server.SendAsync("PUT", "/api/limits/team/api", lead, """{"apps":1}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", "/api/limits/teams", lead, """{"apps":1}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("DELETE", "/api/limits/team/api", lead)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("DELETE", "/api/limits/team/api", lead)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_limit_is_told_and_nothing_is_set()
    {
        var answer = await server.SendAsync("PUT", "/api/limits/Wrong", server.Root, """{"apps":-1,"memory":5,"cpus":"2"}""");
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Problems.Select(problem => problem.Split(':')[0]).Order(StringComparer.Ordinal).ShouldBe(["/", "/apps", "/cpus", "/memory"]);
        (await server.SendAsync("PUT", "/api/limits/empty", server.Root, "{}")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await server.SendAsync("GET", "/api/limits", server.Root)).Text.ShouldNotContain("mpty");
    }
}
