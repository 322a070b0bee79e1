using System.Net;
using System.Text.Json;

namespace Platform.Api.Tests.Marathon.Pods;

public sealed class PodsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task A_pod_is_created_shown_listed_and_removed()
    {
        var created = await server.AddPodAsync("/life/pod", instances: 2);
        created.Headers["Location"].ShouldBe("/v2/pods/life/pod");
        created.Json.Text("id").ShouldBe("/life/pod");
        var shown = await server.GetAsync("/v2/pods/life/pod");
        shown.Status.ShouldBe(HttpStatusCode.OK);
        shown.Text.ShouldBe(created.Text);
        (await server.GetAsync("/v2/pods")).Json.EnumerateArray().Count(pod => pod.Text("id") == "/life/pod").ShouldBe(1);
        (await server.PodStatusAsync("/life/pod")).Instances().Count.ShouldBe(2);

        var removed = await server.SendAsync("DELETE", "/v2/pods/life/pod");
        (removed.Status, removed.Text).ShouldBe((HttpStatusCode.Accepted, ""));
        removed.Headers["Location"].ShouldBe("/v2/deployments/" + removed.Headers["Marathon-Deployment-Id"]);
        (await server.GetAsync("/v2/pods/life/pod")).Status.ShouldBe(HttpStatusCode.NotFound);
        await server.EndAsync(removed);
        (await server.GetAsync("/v2/pods/life/pod::status")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Head_says_that_pods_are_known()
    {
        var answer = await server.SendAsync("HEAD", "/v2/pods");
        (answer.Status, answer.Text).ShouldBe((HttpStatusCode.OK, ""));
    }

    [Theory]
    [InlineData("/v2/pods/")]
    [InlineData("/v2//pods//")]
    [InlineData("/marathon/v2/pods")]
    [InlineData("/service/marathon/v2/pods/")]
    public async Task Pods_are_at_every_address_of_the_api(string path)
    {
        var id = "/at/p" + path.Length;
        await server.ChangePodAsync("POST", path, PodServer.Definition(id), HttpStatusCode.Created);
        var below = path.TrimEnd('/');
        (await server.GetAsync($"{below}/{id}/")).Json.Text("id").ShouldBe(id);
        (await server.GetAsync($"{below}/{id}::status")).Json.Text("id").ShouldBe(id);
        (await server.GetAsync($"{below}{id}::status/")).Json.Text("id").ShouldBe(id);
        (await server.GetAsync($"{below}{id}::versions")).Json.GetArrayLength().ShouldBe(1);
        await server.ChangePodAsync("DELETE", below + id, null, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_update_replaces_the_definition_and_its_instances()
    {
        var created = await server.AddPodAsync("/update/pod", instances: 2);
        var before = await server.PodStatusAsync("/update/pod");
        var updated = await server.ChangePodAsync("PUT", "/v2/pods/update/pod", PodServer.Definition("/update/pod", 2, containers: PodText.Container("\"labels\":{\"a\":\"b\"}")), HttpStatusCode.OK);
        updated.Json.Text("version").ShouldNotBe(created.Json.Text("version"));
        var after = await server.PodStatusUntilAsync("/update/pod", status => status.Instances().All(instance => instance.Text("specReference").EndsWith(updated.Json.Text("version"), StringComparison.Ordinal)));
        after.Json.Instances().Select(instance => instance.Text("id")).ShouldNotContain(id => before.Instances().Any(old => old.Text("id") == id));

        var versions = (await server.GetAsync("/v2/pods/update/pod::versions")).Json.EnumerateArray().Select(version => version.GetString()!).ToList();
        versions.ShouldBe([updated.Json.Text("version"), created.Json.Text("version")]);
        (await server.GetAsync("/v2/pods/update/pod::versions/" + versions[1])).Text.ShouldBe(created.Text);
        (await server.GetAsync("/v2/pods/update/pod::versions/" + versions[0])).Text.ShouldBe(updated.Text);
    }

    [Fact]
    public async Task A_definition_that_is_read_and_sent_back_changes_nothing()
    {
        var created = await server.AddPodAsync("/same/pod");
        var before = await server.PodStatusAsync("/same/pod");
        var sent = await server.SendAsync("PUT", "/v2/pods/same/pod", created.Text);
        (sent.Status, sent.Text).ShouldBe((HttpStatusCode.OK, created.Text));
        (await server.GetAsync("/v2/pods/same/pod::versions")).Json.GetArrayLength().ShouldBe(1);
        (await server.PodStatusAsync("/same/pod")).Instances()[0].Text("id").ShouldBe(before.Instances()[0].Text("id"));
    }

    [Fact]
    public async Task A_put_creates_what_is_not_there()
    {
        await server.ChangePodAsync("PUT", "/v2/pods/put/new", PodServer.Definition("/put/new"), HttpStatusCode.OK);
        (await server.GetAsync("/v2/pods/put/new")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_id_of_the_address_must_be_that_of_the_definition()
    {
        var answer = await server.SendAsync("PUT", "/v2/pods/foo", PodServer.Definition("/bla"));
        (answer.Status, answer.Message).ShouldBe((HttpStatusCode.BadRequest, "'/foo' does not match definition's id ('/bla')"));
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        (await server.GetAsync("/v2/pods/no/pod")).Message.ShouldBe("pod with /no/pod does not exist");
        foreach (var (method, path) in new[] { ("GET", "::status"), ("GET", "::versions"), ("GET", "::versions/2026-01-31T12:00:00.000Z"), ("GET", "::pending"), ("GET", "::failures"), ("DELETE", ""), ("POST", "::restart"), ("POST", "::promote") })
        {
            var answer = await server.SendAsync(method, "/v2/pods/no/pod" + path);
            (answer.Status, answer.Message).ShouldBe((HttpStatusCode.NotFound, "Pod '/no/pod' does not exist"), path);
        }
        (await server.SendAsync("DELETE", "/v2/pods/no/pod::instances", "[]")).Message.ShouldBe("Path '/no/pod' does not exist");
        await server.AddPodAsync("/no/version");
        (await server.GetAsync("/v2/pods/no/version::versions/2026-01-31T12:00:00.000Z")).Message.ShouldBe("Pod '/no/version' does not exist");
        (await server.GetAsync("/v2/pods/no/version::versions/yesterday")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Theory]
    [InlineData("GET", "/v2/pods/UPPER")]
    [InlineData("GET", "/v2/pods/a::nothing")]
    [InlineData("GET", "/v2/pods/a/tasks::status")]
    [InlineData("DELETE", "/v2/pods/a_b")]
    public async Task What_is_no_id_is_422(string method, string path) =>
        (await server.SendAsync(method, path)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

    [Theory]
    [InlineData("PATCH", "/v2/pods")]
    [InlineData("PATCH", "/v2/pods/a")]
    [InlineData("POST", "/v2/pods/a")]
    [InlineData("PUT", "/v2/pods/a::status")]
    [InlineData("DELETE", "/v2/pods/a::versions")]
    [InlineData("GET", "/v2/pods/a::instances")]
    public async Task What_cannot_be_done_is_405(string method, string path)
    {
        var answer = await server.SendAsync(method, path, "{}");
        answer.Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Headers["Allow"].ShouldNotContain(method);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest, "Please specify data in JSON format")]
    [InlineData("{", HttpStatusCode.BadRequest, "Invalid JSON")]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity, "Invalid JSON")]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity, "Invalid JSON")]
    [InlineData("{\"id\":\"/a\",\"containers\":[]}", HttpStatusCode.UnprocessableEntity, "Object is not valid")]
    public async Task What_is_no_definition_is_refused(string body, HttpStatusCode status, string message)
    {
        var before = (await server.GetAsync("/v2/pods")).Text;
        foreach (var (method, path) in new[] { ("POST", "/v2/pods"), ("PUT", "/v2/pods/a") })
        {
            var answer = await server.SendAsync(method, path, body);
            (answer.Status, answer.Message).ShouldBe((status, message));
        }
        (await server.GetAsync("/v2/pods")).Text.ShouldBe(before);
    }

    [Fact]
    public async Task An_id_is_taken_once_and_keeps_its_kind()
    {
        await server.AddPodAsync("/kind/pod");
        await server.AddAsync("/kind/app");
        var again = await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/kind/pod"));
        (again.Status, again.Message).ShouldBe((HttpStatusCode.Conflict, "A pod with id [/kind/pod] already exists."));

        const string App = """{"id":"/kind/pod","cmd":"sleep 1"}""";
        foreach (var (method, path, body, id) in new[]
        {
            ("POST", "/v2/apps", App, "/kind/pod"), ("PUT", "/v2/apps/kind/pod", App, "/kind/pod"), ("PUT", "/v2/apps", $"[{App}]", "/kind/pod"),
            ("POST", "/v2/pods", PodServer.Definition("/kind/app"), "/kind/app"), ("PUT", "/v2/pods/kind/app", PodServer.Definition("/kind/app"), "/kind/app"),
        })
        {
            var answer = await server.SendAsync(method, path, body);
            answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{method} {path}");
            answer.Problems.ShouldBe([$"/: Applications and Pods may not share the same id: {id}"]);
        }
        (await server.SendAsync("POST", "/v2/groups", """{"id":"/kind/pod"}""")).Message.ShouldBe("A pod with the path /kind/pod already exists.");
        (await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/kind"))).Problems.ShouldBe(["/: Groups and Pods may not have the same identifier: /kind"]);

        (await server.GetAsync("/v2/apps/kind/pod")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/apps/kind/pod/tasks")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/apps/kind/pod/versions")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("PATCH", "/v2/apps/kind/pod", "{}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("DELETE", "/v2/apps/kind/pod")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("POST", "/v2/apps/kind/pod/restart")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/pods/kind/app")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/pods/kind/app::status")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("DELETE", "/v2/pods/kind/app")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/apps")).Json.GetProperty("apps").EnumerateArray().ShouldNotContain(app => app.Text("id") == "/kind/pod");
        (await server.GetAsync("/v2/apps/kind/*")).Json.GetProperty("*").EnumerateArray().Select(app => app.Text("id")).ShouldBe(["/kind/app"]);
    }

    [Fact]
    public async Task A_pod_that_is_being_deployed_is_locked_unless_forced()
    {
        // No agent has so many cpus: the deployment waits.
        var waiting = await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/lock/pod", containers: PodText.Container("").Replace("0.01", "1000", StringComparison.Ordinal)));
        var deployment = waiting.Headers["Marathon-Deployment-Id"];
        foreach (var (method, body) in new[] { ("PUT", PodServer.Definition("/lock/pod", 2)), ("DELETE", null) })
        {
            var refused = await server.SendAsync(method, "/v2/pods/lock/pod", body);
            refused.Status.ShouldBe(HttpStatusCode.Conflict);
            refused.Json.GetProperty("deployments")[0].Text("id").ShouldBe(deployment);
        }
        (await server.GetAsync("/v2/pods/lock/pod")).Text.ShouldBe(waiting.Text);
        var forced = await server.SendAsync("PUT", "/v2/pods/lock/pod?force=true", PodServer.Definition("/lock/pod", 2));
        forced.Status.ShouldBe(HttpStatusCode.OK);
        await server.EndAsync(forced);
        await server.ChangePodAsync("DELETE", "/v2/pods/lock/pod?force=true", null, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Deployments_name_pods_and_what_happens_to_them()
    {
        var body = PodServer.Definition("/plan/pod", containers: PodText.Container("").Replace("0.01", "1000", StringComparison.Ordinal));
        var waiting = await server.SendAsync("POST", "/v2/pods", body);
        var id = waiting.Headers["Marathon-Deployment-Id"];
        var deployment = (await server.GetAsync("/v2/deployments")).Json.EnumerateArray().Single(one => one.Text("id") == id);
        deployment.GetProperty("affectedPods").EnumerateArray().Single().GetString().ShouldBe("/plan/pod");
        deployment.GetProperty("affectedApps").GetArrayLength().ShouldBe(0);
        Actions(deployment).ShouldBe(["StartPod /plan/pod", "ScalePod /plan/pod"]);
        var queued = await server.AskUntilAsync("/v2/queue", answer => answer.Json.GetProperty("queue").EnumerateArray().Any(IsOurs));
        var item = queued.Json.GetProperty("queue").EnumerateArray().Single(IsOurs);
        item.GetProperty("count").GetInt32().ShouldBe(1);
        item.TryGetProperty("app", out _).ShouldBeFalse();
        (await server.GetAsync("/v2/pods/plan/pod::pending")).Json.GetProperty("waiting").GetInt32().ShouldBe(1);
        (await server.PodStatusAsync("/plan/pod")).Text("status").ShouldBe("DEGRADED");
        (await server.SendAsync("DELETE", "/v2/queue/plan/pod/delay")).Status.ShouldBe(HttpStatusCode.NoContent);

        Actions((await server.SendAsync("PUT", "/v2/pods/plan/pod?force=true&dryRun=true", PodServer.Definition("/plan/pod"))).Json).ShouldBe(["RestartPod /plan/pod"]);
        Actions((await server.SendAsync("DELETE", "/v2/pods/plan/pod?force=true&dryRun=true")).Json).ShouldBe(["StopPod /plan/pod"]);
        await server.ChangePodAsync("DELETE", "/v2/pods/plan/pod?force=true", null, HttpStatusCode.Accepted);

        static bool IsOurs(JsonElement one) => one.TryGetProperty("pod", out var pod) && pod.Text("id") == "/plan/pod";
    }

    [Fact]
    public async Task A_dry_run_tells_what_differs_and_changes_nothing()
    {
        var created = await server.AddPodAsync("/dry/pod");
        var change = created.Text.Replace("sleep 1000", "sleep 2000", StringComparison.Ordinal).Replace("\"instances\":1", "\"instances\":3", StringComparison.Ordinal);
        var plan = await server.SendAsync("PUT", "/v2/pods/dry/pod?dryRun=true", change);
        var told = plan.Json.GetProperty("changes")[0];
        (told.Text("pod"), told.Text("change")).ShouldBe(("/dry/pod", "update"));
        told.GetProperty("fields").EnumerateArray().Select(field => field.Text("path")).ShouldBe(["/containers", "/scaling/instances"]);
        told.GetProperty("placement").GetProperty("placed").GetInt32().ShouldBe(3);
        (await server.SendAsync("POST", "/v2/pods?dryRun=true", PodServer.Definition("/dry/other"))).Json.GetProperty("changes")[0].Text("change").ShouldBe("create");
        (await server.GetAsync("/v2/pods/dry/other")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/pods/dry/pod")).Text.ShouldBe(created.Text);
    }

    [Fact]
    public async Task What_can_never_run_is_told_at_once()
    {
        var huge = PodServer.Definition("/huge/pod", containers: PodText.Container("").Replace("0.01", "1000", StringComparison.Ordinal));
        var refused = await server.SendAsync("POST", "/v2/pods?impossible=refuse", huge);
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.Problems[0].ShouldContain("cpus: 900.1 more needed at best");
        (await server.GetAsync("/v2/pods/huge/pod")).Status.ShouldBe(HttpStatusCode.NotFound);
        var taken = await server.SendAsync("POST", "/v2/pods", huge);
        taken.Headers["Warning"].ShouldContain("can never run");
        await server.ChangePodAsync("DELETE", "/v2/pods/huge/pod?force=true", null, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_pod_with_an_image_waits_for_a_containerizer_and_says_so()
    {
        await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/image/pod", containers: PodText.Container("\"image\":{\"kind\":\"DOCKER\",\"id\":\"nginx\"}")));
        var status = await server.PodStatusUntilAsync("/image/pod", one => one.TryGetProperty("message", out var message) && message.GetString()!.Contains("containerizer", StringComparison.Ordinal));
        status.Json.Text("message").ShouldContain("no agent offers the docker containerizer");
        await server.ChangePodAsync("DELETE", "/v2/pods/image/pod?force=true", null, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Changes_of_pods_are_events()
    {
        await server.AddPodAsync("/event/pod");
        await server.ChangePodAsync("PUT", "/v2/pods/event/pod", PodServer.Definition("/event/pod", 2), HttpStatusCode.OK);
        await server.ChangePodAsync("DELETE", "/v2/pods/event/pod", null, HttpStatusCode.Accepted);
        foreach (var (type, uri) in new[] { ("pod_created_event", "/v2/pods"), ("pod_updated_event", "/v2/pods/event/pod"), ("pod_deleted_event", "/v2/pods/event/pod") })
        {
            var item = JsonElement.Parse((await server.WaitForAsync(one => one.Type == type && JsonElement.Parse(one.Json).Text("uri") == uri)).Json);
            item.Text("eventType").ShouldBe(type);
            item.Text("clientIp").ShouldBe("127.0.0.1");
            item.GetProperty("timestamp").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        }
        var changed = await server.WaitForAsync(one => one.Type == "instance_changed_event" && JsonElement.Parse(one.Json).Text("runSpecId") == "/event/pod");
        JsonElement.Parse(changed.Json).Text("instanceId").ShouldStartWith("event_pod.instance-");
    }

    [Fact]
    public async Task Tasks_of_pods_are_not_among_those_of_apps()
    {
        await server.AddPodAsync("/task/pod");
        var instance = (await server.PodStatusAsync("/task/pod")).Instances()[0];
        (await server.GetAsync("/v2/tasks")).Text.ShouldNotContain(instance.Text("id"));
        (await server.GetAsync("/v2/tasks", accept: "text/plain")).Text.ShouldNotContain("task_pod");
        var killed = await server.SendAsync("POST", "/v2/tasks/delete", $$"""{"ids":["{{instance.GetProperty("containers")[0].Text("containerId")}}"]}""");
        (killed.Status, killed.Json.GetProperty("tasks").GetArrayLength()).ShouldBe((HttpStatusCode.OK, 0));
        (await server.PodStatusAsync("/task/pod")).Instances()[0].Text("id").ShouldBe(instance.Text("id"));
    }

    [Fact]
    public async Task Lists_have_pages_fields_and_tags()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await server.AddPodAsync("/page/" + name, instances: 0);
        var page = await server.GetAsync("/v2/pods?cursor=/page&limit=2&fields=id");
        page.Text.ShouldBe("""[{"id":"/page/a"},{"id":"/page/b"}]""");
        page.Headers["X-Next-Cursor"].ShouldBe("/page/b");
        var statuses = await server.GetAsync("/v2/pods/::status?cursor=/page/b&limit=1&fields=id,status");
        statuses.Text.ShouldBe("""[{"id":"/page/c","status":"STABLE"}]""");
        var whole = await server.GetAsync("/v2/pods/page/a");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/v2/pods/page/a");
        again.Headers.TryAddWithoutValidation("If-None-Match", whole.Headers["ETag"]);
        using var unchanged = await server.Http.SendAsync(again);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_restart_replaces_the_instances_under_the_same_definition()
    {
        await server.AddPodAsync("/restart/pod");
        var before = (await server.PodStatusAsync("/restart/pod")).Instances()[0].Text("id");
        await server.ChangePodAsync("POST", "/v2/pods/restart/pod::restart", null, HttpStatusCode.OK);
        await server.PodStatusUntilAsync("/restart/pod", status => status.Instances() is [var one] && one.Text("id") != before);
        (await server.SendAsync("POST", "/v2/pods/restart/pod::promote")).Message.ShouldBe("Pod '/restart/pod' has no canary rollout that could be promoted.");
    }

    private static List<string> Actions(JsonElement plan) =>
        [.. plan.GetProperty("steps").EnumerateArray().SelectMany(step => step.GetProperty("actions").EnumerateArray()).Select(action => $"{action.Text("action")} {action.Text("pod")}")];
}
