using System.Collections.Concurrent;
using System.Net;
using Platform.Api.Tests.Marathon;
using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Secrets;

public sealed class SecretsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task A_value_is_written_listed_by_its_path_and_removed_but_never_shown()
    {
        (await server.SendAsync("PUT", "/api/secrets/plain/a", """{"value":"unspeakable-1"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", "/api/secrets/plain/a", """{"value":"unspeakable-2"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", "/api/secrets/plain/b", """{"value":""}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.GetAsync("/api/secrets?prefix=plain/")).Text.ShouldBe("""{"secrets":["plain/a","plain/b"]}""");
        (await server.GetAsync("/api/secrets/plain/a")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("DELETE", "/api/secrets/plain/b")).Status.ShouldBe(HttpStatusCode.NoContent);
        var again = await server.SendAsync("DELETE", "/api/secrets/plain/b");
        (again.Status, again.Message).ShouldBe((HttpStatusCode.NotFound, "There is no secret plain/b"));
        (await server.GetAsync("/api/secrets?prefix=plain/")).Text.ShouldBe("""{"secrets":["plain/a"]}""");
    }

    [Theory]
    [InlineData("{}", "/value: error.path.missing")]
    [InlineData("""{"value":1}""", "/value: error.expected.jsstring")]
    [InlineData("[]", "/: error.expected.jsobject")]
    public async Task What_is_no_value_is_refused_and_nothing_is_stored(string body, string problem)
    {
        foreach (var path in (string[])["/api/secrets/refused", "/secrets/v1/secret/default/refused"])
        {
            var answer = await server.SendAsync("PUT", path, body);
            answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
            answer.Problems.ShouldBe([problem]);
        }
        (await server.GetAsync("/api/secrets?prefix=refused")).Text.ShouldBe("""{"secrets":[]}""");
    }

    [Fact]
    public async Task A_list_says_who_uses_each_secret_and_what_that_does_when_it_changes()
    {
        foreach (var path in (string[])["uses/a", "uses/b"])
            (await server.SendAsync("PUT", "/api/secrets/" + path, """{"value":"x"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("POST", "/v2/apps", """
            {"id":"/uses/rolled","cmd":"sleep 1","instances":0,"env":{"A":{"secret":"a"}},"secrets":{"a":{"source":"uses/a"}},"platform":{"secretChange":{"mode":"restart"}}}
            """)).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("POST", "/v2/apps", """
            {"id":"/uses/told","cmd":"sleep 1","instances":0,"env":{"A":{"secret":"a"}},"secrets":{"a":{"source":"uses/a"}},"platform":{"secretChange":{"mode":"signal"}}}
            """)).Status.ShouldBe(HttpStatusCode.Created);
        var job = new JobSpec { Id = "uses.nightly", Task = new() { Command = new() { Shell = "true" }, Cpus = 0.1, Mem = 32, Secrets = ValueMap.Create(("A", "uses/a")) } };
        (await server.Grains.GetGrain<IJobGraphGrain>(0).PutAsync(job, JobPut.Add)).Outcome.ShouldBe(JobOutcome.Done);

        (await server.GetAsync("/api/secrets?uses=true&prefix=uses/")).Text.ShouldBe(
            """{"secrets":["uses/a","uses/b"],"uses":{"uses/a":[{"kind":"app","id":"/uses/rolled","onChange":"restart"},{"kind":"app","id":"/uses/told","onChange":"signal"},{"kind":"job","id":"uses.nightly","onChange":"next run"}],"uses/b":[]}}""");
    }

    [Theory]
    [InlineData("""{"mode":"reload"}""", "/platform/secretChange/mode")]
    [InlineData("""{"signal":"SIGHUP"}""", "/platform/secretChange/mode")]
    [InlineData("""{"mode":"signal","signal":"SIGKILL"}""", "/platform/secretChange/signal")]
    [InlineData("""{"mode":"restart","signal":"SIGHUP"}""", "/platform/secretChange/signal")]
    [InlineData("""{"mode":"none","when":1}""", "/platform/secretChange/when")]
    public async Task What_an_app_cannot_do_when_a_secret_changes_is_refused(string change, string at)
    {
        var answer = await server.SendAsync("POST", "/v2/apps", $$$"""{"id":"/uses/refused","cmd":"sleep 1","platform":{"secretChange":{{{change}}}}}""");
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Problems.ShouldHaveSingleItem().Split(':')[0].ShouldBe(at);
    }

    [Fact]
    public async Task A_path_that_is_none_is_refused()
    {
        var answer = await server.SendAsync("PUT", "/api/secrets/a%20b", """{"value":"x"}""");
        (answer.Status, answer.Message).ShouldBe((HttpStatusCode.UnprocessableEntity, "a path has 1 to 255 characters and no white space"));
    }

    [Fact]
    public async Task Clients_of_the_secrets_of_DCOS_create_update_list_and_remove()
    {
        const string Path = "/secrets/v1/secret/default/dcos/db";
        (await server.SendAsync("PATCH", Path, """{"value":"x"}""")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("PUT", Path, """{"value":"unspeakable-3","author":"me"}""")).Status.ShouldBe(HttpStatusCode.Created);
        var twice = await server.SendAsync("PUT", Path, """{"value":"unspeakable-4"}""");
        (twice.Status, twice.Message).ShouldBe((HttpStatusCode.Conflict, "The secret dcos/db exists already. Use PATCH to change it."));
        (await server.SendAsync("PATCH", Path, """{"value":"unspeakable-5"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", "/secrets/v1/secret/default/dcos/deep/er", """{"value":"x"}""")).Status.ShouldBe(HttpStatusCode.Created);

        (await server.GetAsync("/secrets/v1/secret/default/dcos?list=true")).Text.ShouldBe("""{"array":["db","deep/er"]}""");
        (await server.GetAsync("/secrets/v1/secret/default/?list=true")).Json.GetProperty("array").EnumerateArray().Select(p => p.GetString()).ShouldContain("dcos/db");
        (await server.GetAsync("/secrets/v1/secret/default/nothing?list=true")).Status.ShouldBe(HttpStatusCode.NotFound);
        var shown = await server.GetAsync(Path);
        shown.Status.ShouldBe(HttpStatusCode.Forbidden);
        shown.Text.ShouldNotContain("unspeakable");
        (await server.GetAsync("/secrets/v1/secret/default/dcos")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/secrets/v1/secret/other/dcos/db")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/secrets/v1/store")).Text.ShouldBe("""{"array":["default"]}""");
        (await server.GetAsync("/secrets/v1/seal-status/default")).Json.GetProperty("sealed").GetBoolean().ShouldBeFalse();

        (await server.SendAsync("DELETE", Path)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("DELETE", Path)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_app_has_the_paths_of_its_secrets_and_not_their_values()
    {
        (await server.SendAsync("PUT", "/api/secrets/used/a", """{"value":"unspeakable-6"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        var launched = new ConcurrentBag<TaskSpec>();
        foreach (var agent in server.Cluster.Agents)
        {
            agent.Outcome = spec =>
            {
                launched.Add(spec);
                return TaskState.Running;
            };
        }
        await server.AddAsync("/secretive", "\"env\":{\"PASSWORD\":{\"secret\":\"pw\"}},\"secrets\":{\"pw\":{\"source\":\"used/a\"}}");
        launched.ShouldHaveSingleItem().SecretEnvironment["PASSWORD"].Value.ShouldBe("unspeakable-6");
        foreach (var path in (string[])["/v2/apps/secretive", "/v2/groups", "/v2/tasks", "/v2/apps/secretive/versions", "/v2/queue", "/api/secrets"])
            (await server.GetAsync(path)).Text.ShouldNotContain("unspeakable", Case.Sensitive, path);
        // All that has happened until now.
        await server.WaitForAsync(item =>
        {
            item.Json.ShouldNotContain("unspeakable");
            return item.Type == "deployment_success" && item.Json.Contains("/secretive", StringComparison.Ordinal);
        });
    }
}
