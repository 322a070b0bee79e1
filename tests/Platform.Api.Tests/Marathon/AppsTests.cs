using System.Net;

namespace Platform.Api.Tests.Marathon;

public sealed class AppsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task A_new_app_is_answered_with_its_deployment_and_runs()
    {
        var created = await server.AddAsync("/new/app", "\"instances\":2");
        created.Headers["Location"].ShouldBe("/v2/apps/new/app");
        created.Headers["Marathon-Deployment-Id"].ShouldBe(created.Json.GetProperty("deployments")[0].GetProperty("id").GetString());
        created.Json.GetProperty("tasksRunning").GetInt32().ShouldBe(0);
        // A port that is left to the server is given by it, and told at once.
        created.Json.GetProperty("portDefinitions")[0].GetProperty("port").GetInt32().ShouldBeInRange(10_000, 20_000);

        var app = (await server.GetAsync("/v2/apps/new/app")).Json.GetProperty("app");
        app.GetProperty("tasksRunning").GetInt32().ShouldBe(2);
        app.GetProperty("deployments").GetArrayLength().ShouldBe(0);
        app.GetProperty("version").GetString().ShouldBe(created.Json.GetProperty("version").GetString());
        var task = app.GetProperty("tasks")[0];
        task.GetProperty("appId").GetString().ShouldBe("/new/app");
        task.GetProperty("state").GetString().ShouldBe("TASK_RUNNING");
        task.GetProperty("id").GetString()!.ShouldStartWith("new_app.instance-");
        task.GetProperty("servicePorts")[0].GetInt32().ShouldBe(app.GetProperty("portDefinitions")[0].GetProperty("port").GetInt32());
    }

    [Fact]
    public async Task An_id_is_taken_only_once()
    {
        await server.AddAsync("/once");
        var again = await server.SendAsync("POST", "/v2/apps", """{"id":"/once","cmd":"b"}""");
        again.Status.ShouldBe(HttpStatusCode.Conflict);
        again.Text.ShouldBe("""{"message":"An app with id [/once] already exists."}""");
        (await server.GetAsync("/v2/apps/once")).Json.GetProperty("app").GetProperty("cmd").GetString().ShouldBe("sleep 1000");
    }

    [Theory]
    [InlineData("\"mem\":-128", "/mem: is less than 0")]
    [InlineData("\"cpus\":-1", "/cpus: is less than 0.001")]
    [InlineData("\"instances\":-1", "/instances: is less than 0")]
    [InlineData("\"upgradeStrategy\":{\"minimumHealthCapacity\":2}", "/upgradeStrategy/minimumHealthCapacity: is greater than 1")]
    public async Task An_invalid_app_is_refused_and_nothing_of_it_stays(string member, string problem)
    {
        var answer = await server.SendAsync("POST", "/v2/apps", $$"""{"id":"/refused","cmd":"a",{{member}}}""");
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldBe("Object is not valid");
        answer.Problems.ShouldBe([problem]);
        (await server.GetAsync("/v2/apps/refused")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_mistyped_value_is_called_invalid_JSON_with_its_path()
    {
        var answer = await server.SendAsync("POST", "/v2/apps", """{"id":"/refused","cmd":"a","instances":"two"}""");
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldBe("Invalid JSON");
        answer.Problems.ShouldBe(["/instances: error.expected.jsnumber"]);
    }

    [Fact]
    public async Task What_is_no_JSON_is_told_with_the_words_of_the_parser()
    {
        var answer = await server.SendAsync("POST", "/v2/apps", "{");
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldBe("Invalid JSON");
        answer.Json.GetProperty("details").GetString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        var answer = await server.SendAsync("POST", "/v2/apps", "{}", "application/x-www-form-urlencoded");
        answer.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        answer.Message.ShouldBe("Unsupported Media Type");
    }

    [Fact]
    public async Task An_unknown_app_is_not_found_by_any_method()
    {
        foreach (var (method, path, body) in new[]
        {
            ("GET", "/v2/apps/nowhere", null), ("PATCH", "/v2/apps/nowhere", "{}"), ("DELETE", "/v2/apps/nowhere", null), ("POST", "/v2/apps/nowhere/restart", null),
            ("GET", "/v2/apps/nowhere/tasks", null), ("GET", "/v2/apps/nowhere/versions", null), ("DELETE", "/v2/apps/nowhere/tasks", null), ("GET", "/v2/apps/nowhere/pending", null),
            ("GET", "/v2/apps/nowhere/failures", null), ("PATCH", "/v2/apps", """[{"id":"/nowhere","instances":1}]"""),
        })
        {
            var answer = await server.SendAsync(method, path, body);
            answer.Status.ShouldBe(HttpStatusCode.NotFound, $"{method} {path}");
            answer.Message.ShouldBe("App '/nowhere' does not exist");
        }
    }

    [Theory]
    [InlineData("/v2/apps/..")]
    [InlineData("/v2/apps/a%2F..%2F..")]
    [InlineData("/v2/apps/%2F")]
    public async Task The_root_is_no_app(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(server.Http.BaseAddress! + path.TrimStart('/'), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var answer = await server.Http.SendAsync(request);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Slashes_before_within_and_after_do_no_harm()
    {
        await server.AddAsync("/slashed/app", "\"instances\":0");
        foreach (var path in (string[])["v2/apps/slashed/app", "/v2//apps///slashed/app/", "v2/apps//slashed/app/", "marathon/v2/apps//slashed/app", "/service/marathon/v2/apps/slashed//app"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Http.BaseAddress! + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            using var answer = await server.Http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }
        (await server.SendAsync("POST", "/v2/apps/", """{"id":"/slashed/other","cmd":"a","instances":0}""")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_patch_changes_only_what_it_names()
    {
        await server.AddAsync("/patched", "\"labels\":{\"a\":\"b\"}");
        var answer = await server.ChangeAsync("PATCH", "/v2/apps//patched", """{"instances":2}""", HttpStatusCode.OK);
        answer.Headers["Marathon-Deployment-Id"].ShouldBe(answer.Json.GetProperty("deploymentId").GetString());
        var app = (await server.GetAsync("/v2/apps//patched")).Json.GetProperty("app");
        app.GetProperty("instances").GetInt32().ShouldBe(2);
        app.GetProperty("labels").GetProperty("a").GetString().ShouldBe("b");
        app.GetProperty("tasksRunning").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_put_creates_and_by_default_changes_only_what_it_names()
    {
        await server.ChangeAsync("PUT", "/v2/apps/put", """{"cmd":"a","cpus":0.1,"labels":{"a":"b"}}""", HttpStatusCode.Created);
        await server.ChangeAsync("PUT", "/v2/apps/put", """{"cmd":"b"}""", HttpStatusCode.OK);
        var app = (await server.GetAsync("/v2/apps/put")).Json.GetProperty("app");
        app.GetProperty("cmd").GetString().ShouldBe("b");
        app.GetProperty("labels").GetProperty("a").GetString().ShouldBe("b");
        await server.ChangeAsync("PUT", "/v2/apps/put?partialUpdate=false", """{"cmd":"c"}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/put")).Json.GetProperty("app").GetProperty("labels").EnumerateObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_read_and_sent_back_changes_nothing()
    {
        await server.AddAsync("/same", "\"instances\":0,\"healthChecks\":[{\"path\":\"/\"}],\"platform\":{\"priority\":5}");
        var app = (await server.GetAsync("/v2/apps/same")).Json.GetProperty("app");
        foreach (var query in new[] { "", "?partialUpdate=false" })
        {
            var plan = (await server.SendAsync("PUT", "/v2/apps/same" + query + (query.Length > 0 ? "&" : "?") + "dryRun=true", app.GetRawText())).Json;
            plan.GetProperty("steps").GetArrayLength().ShouldBe(0);
            plan.GetProperty("changes")[0].GetProperty("change").GetString().ShouldBe("none");
            (await server.SendAsync("PUT", "/v2/apps/same" + query, app.GetRawText())).Status.ShouldBe(HttpStatusCode.OK);
        }
        (await server.GetAsync("/v2/apps/same")).Json.GetProperty("app").GetProperty("version").GetString().ShouldBe(app.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Arrays_are_changed_as_a_whole_or_not_at_all()
    {
        await server.ChangeAsync("PUT", "/v2/apps", """[{"id":"/bulk/a","cmd":"a","cpus":0.1},{"id":"/bulk/b","cmd":"b","cpus":0.1}]""", HttpStatusCode.OK);
        var refused = await server.SendAsync("PUT", "/v2/apps", """[{"id":"/bulk/a","instances":3},{"id":"/bulk/b","instances":-1},{"cmd":"x"}]""");
        refused.Problems.ShouldBe(["(1)/instances: is less than 0", "(2)/id: error.path.missing"]);
        (await server.GetAsync("/v2/apps/bulk/a")).Json.GetProperty("app").GetProperty("instances").GetInt32().ShouldBe(1);
        await server.ChangeAsync("PATCH", "/v2/apps", """[{"id":"/bulk/a","instances":2},{"id":"bulk/a","mem":2},{"id":"/bulk/b","instances":0}]""", HttpStatusCode.OK);
        var all = (await server.GetAsync("/v2/apps/bulk/*")).Json.GetProperty("*").EnumerateArray()
            .Select(a => $"{a.GetProperty("id")} {a.GetProperty("instances")} {a.GetProperty("mem")}");
        all.ShouldBe(["/bulk/a 2 2", "/bulk/b 0 128"]);
    }

    [Fact]
    public async Task A_removed_app_is_gone()
    {
        await server.AddAsync("/removed");
        await server.ChangeAsync("DELETE", "/v2/apps/removed", null, HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/removed")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/apps")).Text.ShouldNotContain("/removed");
    }

    [Fact]
    public async Task A_restart_replaces_every_task()
    {
        await server.AddAsync("/restarted");
        var before = (await server.GetAsync("/v2/apps/restarted/tasks")).Json.GetProperty("tasks")[0].GetProperty("id").GetString();
        await server.ChangeAsync("POST", "/v2/apps//restarted/restart", null, HttpStatusCode.OK);
        var after = (await server.GetAsync("/v2/apps/restarted/tasks")).Json.GetProperty("tasks");
        after.GetArrayLength().ShouldBe(1);
        after[0].GetProperty("id").GetString().ShouldNotBe(before);
    }

    [Fact]
    public async Task Versions_are_kept_and_can_be_returned_to()
    {
        var first = (await server.AddAsync("/versioned")).Json.GetProperty("version").GetString();
        var second = (await server.ChangeAsync("PUT", "/v2/apps/versioned", """{"cmd":"other"}""", HttpStatusCode.OK)).Json.GetProperty("version").GetString();
        (await server.GetAsync("/v2/apps/versioned/versions")).Json.GetProperty("versions").EnumerateArray().Select(v => v.GetString()).ShouldBe([second, first]);
        (await server.GetAsync($"/v2/apps/versioned/versions/{first}")).Json.GetProperty("cmd").GetString().ShouldBe("sleep 1000");

        var unknown = await server.GetAsync("/v2/apps/versioned/versions/2001-01-01T00:00:00.000Z");
        unknown.Status.ShouldBe(HttpStatusCode.NotFound);
        unknown.Message.ShouldBe("App '/versioned' does not exist in version 2001-01-01T00:00:00.000Z");
        (await server.GetAsync("/v2/apps/versioned/versions/yesterday")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

        var both = await server.SendAsync("PUT", "/v2/apps/versioned", $$"""{"version":"{{first}}","cmd":"x"}""");
        both.Problems.ShouldBe(["/: The 'version' field may only be combined with the 'id' field."]);
        await server.ChangeAsync("PUT", "/v2/apps/versioned", $$"""{"version":"{{first}}"}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/versioned")).Json.GetProperty("app").GetProperty("cmd").GetString().ShouldBe("sleep 1000");
    }

    [Fact]
    public async Task A_dry_run_tells_steps_and_differences_and_does_nothing()
    {
        await server.AddAsync("/planned");
        var plan = (await server.SendAsync("PATCH", "/v2/apps/planned?dryRun=true", """{"instances":3,"env":{"A":"1"}}""")).Json;
        plan.GetProperty("steps")[0].GetProperty("actions")[0].GetProperty("action").GetString().ShouldBe("RestartApplication");
        var change = plan.GetProperty("changes")[0];
        change.GetProperty("change").GetString().ShouldBe("update");
        change.GetProperty("fields").EnumerateArray().Select(f => $"{f.GetProperty("path")}: {f.GetProperty("before")} -> {f.GetProperty("after").GetRawText()}")
            .ShouldBe(["/instances: 1 -> 3", "/env:  -> {\"A\":\"1\"}"], ignoreOrder: true);
        (await server.GetAsync("/v2/apps/planned")).Json.GetProperty("app").GetProperty("instances").GetInt32().ShouldBe(1);

        var created = (await server.SendAsync("POST", "/v2/apps?dryRun=true", """{"id":"/planned-new","cmd":"a"}""")).Json;
        created.GetProperty("changes")[0].GetProperty("change").GetString().ShouldBe("create");
        created.GetProperty("changes")[0].GetProperty("placement").GetProperty("placed").GetInt32().ShouldBe(1);
        var huge = (await server.SendAsync("POST", "/v2/apps?dryRun=true", """{"id":"/planned-huge","cmd":"a","cpus":1000}""")).Json.GetProperty("changes")[0].GetProperty("placement");
        (huge.GetProperty("placed").GetInt32(), huge.GetProperty("unplaced").GetInt32()).ShouldBe((0, 1));
        huge.GetProperty("explanation").GetProperty("impossible").GetBoolean().ShouldBeTrue();

        // 4 agents of 100 cpus: 4 tasks of 60 fill them for others of that size, and one of higher priority takes the place of one.
        await server.ChangeAsync(
            "POST", "/v2/apps", """{"id":"/planned-low","cmd":"a","cpus":60,"mem":1,"instances":4,"constraints":[["hostname","UNIQUE"]],"platform":{"priority":10}}""", HttpStatusCode.Created);
        var high = (await server.SendAsync("POST", "/v2/apps?dryRun=true", """{"id":"/planned-high","cmd":"a","cpus":60,"platform":{"priority":90}}""")).Json.GetProperty("changes")[0].GetProperty("placement");
        (high.GetProperty("placed").GetInt32(), high.GetProperty("preempted").GetInt32()).ShouldBe((1, 1));
        high.GetProperty("victims")[0].GetProperty("app").GetString().ShouldBe("/planned-low");
        // 3 of 4 end when it is scaled down to 1.
        var scaled = (await server.SendAsync("PATCH", "/v2/apps/planned-low?dryRun=true", """{"instances":1}""")).Json.GetProperty("changes")[0].GetProperty("placement");
        (scaled.GetProperty("placed").GetInt32(), scaled.GetProperty("stopped").GetInt32()).ShouldBe((0, 3));
        var removed = (await server.SendAsync("DELETE", "/v2/apps/planned-low?dryRun=true")).Json.GetProperty("changes")[0].GetProperty("placement");
        removed.GetProperty("stopped").GetInt32().ShouldBe(4);
        await server.ChangeAsync("DELETE", "/v2/apps/planned-low", null, HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/planned-new")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Service_ports_are_unique_kept_and_reused()
    {
        var first = await Port("/ports/a");
        var second = await Port("/ports/b");
        second.ShouldNotBe(first);
        await server.ChangeAsync("PUT", "/v2/apps/ports/a?partialUpdate=false", """{"cmd":"b","cpus":0.1}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/ports/a")).Json.GetProperty("app").GetProperty("portDefinitions")[0].GetProperty("port").GetInt32().ShouldBe(first);

        async Task<int> Port(string id) => (await server.AddAsync(id)).Json.GetProperty("portDefinitions")[0].GetProperty("port").GetInt32();
    }

    [Theory]
    [InlineData("/v2/apps/")]
    [InlineData("/v2//apps")]
    [InlineData("/marathon/v2/apps")]
    [InlineData("/service/marathon/v2/apps/")]
    public async Task Slashes_and_prefixes_do_no_harm(string path) => (await server.GetAsync(path)).Json.TryGetProperty("apps", out _).ShouldBeTrue();

    [Fact]
    public async Task An_unknown_path_and_a_wrong_method_are_answered_in_JSON()
    {
        var unknown = await server.GetAsync("/v2/nothing");
        (unknown.Status, unknown.Text).ShouldBe((HttpStatusCode.NotFound, """{"message":"URI not found"}"""));
        var method = await server.SendAsync("DELETE", "/v2/apps");
        (method.Status, method.Text).ShouldBe((HttpStatusCode.MethodNotAllowed, """{"message":"Method Not Allowed"}"""));
        method.Headers["Allow"].ShouldBe("GET,HEAD,OPTIONS,PATCH,POST,PUT");
    }
}
