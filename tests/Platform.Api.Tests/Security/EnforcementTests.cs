using System.Net;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Tests.Security;

/// <summary>Teams share a cluster: each does and sees its own, over real HTTP.</summary>
public sealed class EnforcementTests(SecureServer server) : IClassFixture<SecureServer>
{
    private static int users;

    [Fact]
    public async Task A_deployer_of_a_group_changes_it_and_nothing_else_however_the_path_is_written()
    {
        var alice = await DeployerAsync("/shop");
        await CreateAsync(server.Root, "/bank/vault");

        (await CreateAsync(alice, "/shop/web")).ShouldBe(HttpStatusCode.Created);
        foreach (var id in (string[])["/bank/web", "bank/web", "/shop/../bank/web", "/shop/../../bank/web", "//bank/web", "/shopping", "/"])
            (await CreateAsync(alice, id)).ShouldBeOneOf([HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity], id);
        foreach (var path in (string[])
                 [
                     "/v2/apps/bank/vault", "/v2/apps//bank/vault", "/v2/apps/shop/../bank/vault", "/v2/apps/shop/%2e%2e/bank/vault", "/v2/apps/shop%2F..%2Fbank%2Fvault",
                     "/v2/apps/shop%2f%2e%2e%2fbank%2fvault", "/marathon/v2/apps/bank/vault", "/service/marathon/v2/apps/shop/web/../../bank/vault", "/v2/apps/./bank/vault",
                     "//v2/apps/bank/vault", "/v2//apps/bank/vault", "/v2/groups/bank", "/v2/groups/shop/../bank",
                 ])
        {
            (await RawAsync("DELETE", path, alice)).ShouldBe(403, path);
            (await RawAsync("GET", path, alice)).ShouldBe(403, path);
        }
        (await server.SendAsync("PUT", "/v2/apps/bank/vault", alice, """{"cmd":"id"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PATCH", "/v2/apps", alice, """[{"id":"/shop/web","instances":0},{"id":"/bank/vault","cmd":"id"}]""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PUT", "/v2/groups/shop", alice, """{"apps":[],"groups":[{"id":"/bank/sub","apps":[{"id":"x","cmd":"id"}]}]}""")).Status.ShouldBeOneOf([HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity]);
        (await server.SendAsync("PUT", "/v2/groups", alice, """{"groups":[]}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/v2/apps?dryRun=true", alice, App("/bank/web"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/v2/pods", alice, """{"id":"/bank/pod","containers":[{"name":"a","exec":{"command":{"shell":"id"}},"resources":{"cpus":0.1,"mem":32}}]}""")).Status.ShouldBe(HttpStatusCode.Forbidden);

        // What the administrator made is as it was.
        (await server.SendAsync("GET", "/v2/apps/bank/vault", server.Root)).Json.GetProperty("app").GetProperty("cmd").GetString().ShouldBe("sleep 1000");
        (await server.SendAsync("GET", "/v2/apps", server.Root)).Json.GetProperty("apps").EnumerateArray().Select(app => app.GetProperty("id").GetString()).ShouldNotContain("/bank/web");
        (await server.SendAsync("DELETE", "/v2/apps/shop/web", alice)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Lists_show_what_one_may_see()
    {
        var viewer = await UserAsync(NamedRoles.Grant(NamedRole.Viewer, "/green"));
        foreach (var id in (string[])["/green/a", "/green/b/c", "/red/a"])
            await CreateAsync(server.Root, id);
        foreach (var (job, more) in new[] { ("green.nightly", ""), ("red.nightly", ""), ("red.follower", ""","parents":["green.nightly"]"""), ("zone.green", "") })
            (await server.SendAsync("PUT", $"/api/jobs/{job}", server.Root, $$$"""{"task":{"cmd":"sleep 1000","constraints":[["hostname","LIKE","none"]]}{{{more}}}}""")).Status.ShouldBe(HttpStatusCode.Created);
        foreach (var job in (string[])["green.nightly", "red.nightly"])
            (await server.SendAsync("POST", $"/api/jobs/{job}/runs", server.Root)).Status.ShouldBe(HttpStatusCode.Created);
        await server.SendAsync("PUT", "/api/secrets/green/key", server.Root, """{"value":"1"}""");
        await server.SendAsync("PUT", "/api/secrets/red/key", server.Root, """{"value":"1"}""");

        foreach (var path in (string[])["/v2/apps", "/v2/groups", "/v2/groups?embed=group.groups&embed=group.apps", "/v2/tasks", "/v2/queue", "/v2/deployments", "/v2/pods", "/api/jobs", "/api/jobs?limit=1", "/api/jobs/green.nightly",
                     "/v1/jobs", "/v1/jobs?embed=activeRuns,schedules,history,historySummary", "/scheduler/jobs", "/scheduler/stats/mean",
                     "/scheduler/jobs/summary", "/scheduler/jobs/search", "/scheduler/graph/csv", "/scheduler/graph/dot", "/v1/queue", "/api/secrets", "/secrets/v1/secret/default?list=true", "/mesos/state-summary"])
        {
            var answer = await server.SendAsync("GET", path, viewer);
            answer.Status.ShouldBe(HttpStatusCode.OK, path);
            answer.Text.ShouldNotContain("red", Case.Sensitive, path);
        }
        (await server.SendAsync("GET", "/api/jobs", viewer)).Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString()).ShouldBe(["green.nightly"]);
        (await server.SendAsync("GET", "/v1/jobs?embed=activeRuns", viewer)).Json.EnumerateArray().ShouldHaveSingleItem().GetProperty("activeRuns").GetArrayLength().ShouldBe(1);
        (await server.SendAsync("GET", "/v1/queue", viewer)).Json.EnumerateArray().ShouldHaveSingleItem().GetProperty("jobId").GetString().ShouldBe("green.nightly");
        (await server.SendAsync("GET", "/api/jobs", server.Root)).Json.GetProperty("jobs").EnumerateArray().First(job => job.GetProperty("id").GetString() == "green.nightly").GetProperty("children").GetArrayLength().ShouldBe(1);
        foreach (var path in (string[])["/api/jobs/red.nightly", "/api/jobs/red.nightly/runs", "/v1/jobs/red.nightly", "/v1/jobs/red.nightly/runs", "/v1/jobs/red.nightly/schedules", "/scheduler/job/red.nightly", "/v1/scheduler/job/stat/red.nightly"])
            (await server.SendAsync("GET", path, viewer)).Status.ShouldBe(HttpStatusCode.Forbidden, path);
        (await server.SendAsync("GET", "/v2/apps", viewer)).Json.GetProperty("apps").EnumerateArray().Select(app => app.GetProperty("id").GetString()).ShouldBe(["/green/a", "/green/b/c"]);
        (await server.SendAsync("GET", "/v2/groups?embed=group.groups", viewer)).Text.ShouldContain("/green/b");
        (await server.SendAsync("GET", "/api/secrets", viewer)).Text.ShouldContain("green/key");
        (await server.SendAsync("GET", "/v2/groups/red", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/v2/apps/green/a", viewer)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("POST", "/v2/apps/green/a/restart", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/api/agents", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/mesos/state", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/api/agents/a1/tasks/red_a.instance-11111111-1111-1111-1111-111111111111._app.1/files?path=stdout", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/files/read?path=/slaves/a1/frameworks/f/executors/e/runs/red_a.instance-11111111-1111-1111-1111-111111111111._app.1/stdout", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/files/read?path=/slaves/a1/frameworks/f/executors/e/runs/green_a.instance-11111111-1111-1111-1111-111111111111._app.1/stdout", viewer)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("GET", "/agent/a1/state", viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/api/agents/a1/tasks/green_a.instance-11111111-1111-1111-1111-111111111111._app.1/files?path=stdout", viewer)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_job_waits_for_events_of_what_its_author_may_see_and_of_nothing_else()
    {
        var bob = await DeployerAsync("/plaza");
        async Task<HttpStatusCode> PutAsync(string trigger) => (await server.SendAsync("PUT", "/api/jobs/plaza.waits", bob, $$$"""{"task":{"cmd":"true"},"triggers":[{{{trigger}}}]}""")).Status;

        (await PutAsync("""{"event":"deployment_success"}""")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync("""{"event":"job_run_failed_event"}""")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync("""{"event":"job_run_failed_event","match":{"jobId":"bank.nightly"}}""")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync("""{"event":"status_update_event","match":{"appId":"/bank/vault"}}""")).ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync("""{"event":"status_update_event","match":{"appId":"/plaza/web"}}""")).ShouldBe(HttpStatusCode.Created);
        (await PutAsync("""{"event":"job_run_failed_event","match":{"jobId":"plaza.nightly"}}""")).ShouldBe(HttpStatusCode.OK);
        // What the administrator has added stays in a change of somebody else.
        (await server.SendAsync("PUT", "/api/jobs/plaza.waits", server.Root, """{"task":{"cmd":"true"},"triggers":[{"event":"deployment_success"}]}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await PutAsync("""{"event":"deployment_success"}""")).ShouldBe(HttpStatusCode.OK);
        (await PutAsync("""{"event":"deployment_failed"}""")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_deployer_uses_the_secrets_of_the_own_group_and_of_no_other()
    {
        var alice = await DeployerAsync("/cafe");
        await server.SendAsync("PUT", "/api/secrets/mint/key", server.Root, """{"value":"gold"}""");
        string With(string source) => $$$$"""{"id":"/cafe/till","cmd":"sleep 1000","instances":0,"env":{"KEY":{"secret":"k"}},"secrets":{"k":{"source":"{{{{source}}}}"}}}""";

        (await server.SendAsync("POST", "/v2/apps", alice, With("mint/key"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/v2/apps", alice, With("cafe/../mint/key"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PUT", "/api/jobs/cafe.job", alice, """{"task":{"cmd":"true","secrets":{"KEY":"mint/key"}}}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PUT", "/api/secrets/cafe/key", alice, """{"value":"beans"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", "/api/secrets/mint/key", alice, """{"value":"lead"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/v2/apps", alice, With("cafe/key"))).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task All_endpoints_with_their_labels_are_told_to_balancers_alone()
    {
        (await server.SendAsync("GET", "/api/endpoints", await UserAsync(NamedRoles.Grant(NamedRole.Viewer, "/blue")))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PUT", "/api/services/db.told/instances/one", server.Root, """{"address":"10.0.0.7","ports":[{"port":5432}],"tags":{"HAPROXY_0_VHOST":"db.test"}}""")).Status.ShouldBe(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/endpoints");
        request.Headers.TryAddWithoutValidation("Authorization", "token=" + server.Root);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var seen = "";
        while (!seen.Contains("event: complete", StringComparison.Ordinal) || !seen.Contains("db.told", StringComparison.Ordinal))
            seen += await reader.ReadLineAsync() ?? throw new EndOfStreamException(seen);
        seen.ShouldContain("\"labels\":{\"HAPROXY_0_VHOST\":\"db.test\"}");
        (await server.SendAsync("DELETE", "/api/services/db.told/instances/one", server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_stream_of_events_tells_of_what_one_may_see_and_ends_with_the_login()
    {
        var viewer = await UserAsync(NamedRoles.Grant(NamedRole.Viewer, "/blue"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.TryAddWithoutValidation("Authorization", "token=" + viewer);
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        await CreateAsync(server.Root, "/black/a");
        await CreateAsync(server.Root, "/blue/a");
        var seen = "";
        while (!seen.Contains("/blue/a", StringComparison.Ordinal))
            seen += await reader.ReadLineAsync();
        seen.ShouldNotContain("/black/a");

        await server.SendAsync("POST", "/acs/api/v1/auth/logout", viewer);
        var left = reader.ReadToEndAsync();
        // It is asked again when something happens, or nothing for a while.
        while (await Task.WhenAny(left, CreateAsync(server.Root, $"/blue/b{users++}")) != left)
        {
        }
        await left;
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_login_and_a_stranger_changes_nothing()
    {
        var stranger = await UserAsync();
        var endpoints = server.Endpoints().Where(endpoint => endpoint.Right is { Kind: not EndpointRightKind.Open }).Distinct().ToList();
        endpoints.Count.ShouldBeGreaterThan(200);
        foreach (var (method, path, right) in endpoints)
        {
            if (right!.Describe == Right.Filtered.Describe && path is "/" or "/some-thing" || path.StartsWith("/ui", StringComparison.Ordinal) || path.StartsWith("/_", StringComparison.Ordinal))
                continue;
            var body = method is "POST" or "PUT" or "PATCH" ? "{}" : null;
            (await server.SendAsync(method, path, null, body)).Status.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
            if (path.EndsWith("/events", StringComparison.Ordinal) || path.EndsWith("/logout", StringComparison.Ordinal))
                continue;
            var status = (int)(await server.SendAsync(method, path, stranger, body)).Status;
            status.ShouldBeLessThan(500, $"{method} {path}");
            if (right.Kind == EndpointRightKind.Resource)
                status.ShouldBe(403, $"{method} {path}");
            else if (method != "GET" && !path.StartsWith("/api/tokens", StringComparison.Ordinal) && !path.StartsWith("/acs/api/v1/auth", StringComparison.Ordinal))
                status.ShouldBeInRange(400, 499, $"{method} {path}");
        }
    }

    [Fact]
    public async Task Browsers_log_in_with_a_page_and_send_a_cookie_that_no_other_page_can_use()
    {
        await UserAsync();
        (await server.SendAsync("GET", "/", null)).Headers["Location"].ShouldBe("/ui/login?to=%2F");
        // The command line of DC/OS goes on with the address at which this is answered.
        (await server.SendAsync("HEAD", "/", null)).Status.ShouldBe(HttpStatusCode.OK);
        var page = await server.SendAsync("GET", "/ui/login?to=//evil.example/", null);
        page.Headers["Content-Security-Policy"].ShouldContain("script-src 'self'");
        page.Headers["X-Frame-Options"].ShouldBe("DENY");
        page.Text.ShouldContain("name=\"to\" value=\"/\"");
        var field = System.Text.RegularExpressions.Regex.Match(page.Text, "name=\"(__[^\"]+)\" value=\"([^\"]+)\"");
        var antiforgery = page.Headers["Set-Cookie"].Split(';')[0];
        Task<Marathon.Answer> PostAsync(string? cookie, string password, string? token) => server.SendAsync("POST", "/ui/login", null, prepare: request =>
        {
            if (cookie is not null)
                request.Headers.Add("Cookie", cookie);
            request.Content = new FormUrlEncodedContent([new(field.Groups[1].Value, token ?? ""), new("uid", "root"), new("password", password), new("to", "/ui/apps")]);
        });

        (await PostAsync(null, SecureServer.Password, field.Groups[2].Value)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(antiforgery, "wrong horse", field.Groups[2].Value)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var done = await PostAsync(antiforgery, SecureServer.Password, field.Groups[2].Value);
        done.Headers["Location"].ShouldBe("/ui/apps");
        var cookie = done.Headers["Set-Cookie"];
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie = cookie.Split(';')[0];

        Task<Marathon.Answer> WithAsync(string method, string path, params (string Name, string Value)[] headers) => server.SendAsync(method, path, null, prepare: request =>
        {
            request.Headers.Add("Cookie", cookie);
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
        });
        (await WithAsync("GET", "/ui/apps")).Status.ShouldBe(HttpStatusCode.OK);
        (await WithAsync("GET", "/api/session")).Json.GetProperty("uid").GetString().ShouldBe("root");
        // A page of somebody else may make a browser send it, but not without saying where it comes from.
        foreach (var header in ((string, string)[])[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null")])
            (await WithAsync("DELETE", "/v2/leader", header)).Status.ShouldBeOneOf([HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden], header.ToString());
        (await WithAsync("DELETE", "/v2/leader")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_audit_log_tells_of_changes_and_refusals_and_of_no_secret()
    {
        var alice = await DeployerAsync("/audited");
        await CreateAsync(alice, "/audited/web");
        await CreateAsync(alice, "/other/web");
        await server.SendAsync("GET", "/v2/apps", alice);
        await server.SendAsync("PUT", "/api/secrets/audited/key", alice, """{"value":"never written"}""");
        await server.SendAsync("POST", "/acs/api/v1/auth/login", null, """{"uid":"nobody","password":"never written either"}""");

        (await server.SendAsync("GET", "/api/audit", alice)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var text = (await server.SendAsync("GET", "/api/audit?limit=10000", server.Root)).Text;
        text.ShouldNotContain("never written");
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        AuditChain.Verify(lines, out _).ShouldBeNull();
        var all = lines.Select(line => System.Text.Json.JsonElement.Parse(line)).Select(line => string.Join(" ", ((string[])["event", "what", "status", "rights", "reason"]).Select(name => line.GetProperty(name).ToString()))).ToList();
        all.ShouldContain(line => line.StartsWith("asked POST /v2/apps", StringComparison.Ordinal));
        all.ShouldContain(line => line.StartsWith("answered POST /v2/apps 201", StringComparison.Ordinal) && line.Contains("create dcos:service:marathon:marathon:services:/audited/web", StringComparison.Ordinal));
        all.ShouldContain(line => line.StartsWith("refused POST /v2/apps 403", StringComparison.Ordinal) && line.Contains("has no permission to create dcos:service:marathon:marathon:services:/other/web", StringComparison.Ordinal));
        all.ShouldContain(line => line.StartsWith("login POST /acs/api/v1/auth/login 401", StringComparison.Ordinal));
        all.ShouldNotContain(line => line.Contains("GET /v2/apps 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_stream_of_Mesos_operators_is_for_those_who_have_logged_in_and_shows_what_they_may_see()
    {
        await CreateAsync(server.Root, "/streamed/app");
        var viewer = await UserAsync();
        using (var own = await Mesos.MesosStream.OpenAsync(server.Http, "/api/v1", """{"type":"SUBSCRIBE"}""", token: viewer))
            System.Text.Json.JsonElement.Parse((await own.NextAsync())!).GetProperty("subscribed").GetProperty("get_state").GetProperty("get_frameworks").EnumerateObject().ShouldBeEmpty();
        using (var all = await Mesos.MesosStream.OpenAsync(server.Http, "/api/v1", """{"type":"SUBSCRIBE"}""", token: server.Root))
            System.Text.Json.JsonElement.Parse((await all.NextAsync())!).GetProperty("subscribed").GetProperty("get_state").GetProperty("get_frameworks").GetProperty("frameworks").GetArrayLength().ShouldBe(1);
        (await server.SendAsync("POST", "/api/v1", null, """{"type":"SUBSCRIBE"}""")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private Task<string> DeployerAsync(string group) => UserAsync(NamedRoles.Grant(NamedRole.Deployer, group));

    private Task<string> UserAsync(params Permission[] permissions) => server.AddUserAsync($"user{Interlocked.Increment(ref users)}", permissions);

    private static string App(string id) => $$"""{"id":"{{id}}","cmd":"sleep 1000","instances":0,"cpus":0.01,"mem":1}""";

    private async Task<HttpStatusCode> CreateAsync(string token, string id) => (await server.SendAsync("POST", "/v2/apps", token, App(id))).Status;

    /// <summary>The path as it is, which <see cref="Uri"/> would have made tidy.</summary>
    private async Task<int> RawAsync(string method, string path, string token)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return int.Parse((await reader.ReadLineAsync())!.Split(' ')[1]);
    }
}
