using System.Net;

namespace Platform.Api.Tests.Marathon;

public sealed class AppListTests : IClassFixture<MarathonServer>, IAsyncLifetime
{
    private readonly MarathonServer _server;

    public AppListTests(MarathonServer server) => _server = server;

    public async Task InitializeAsync()
    {
        // The class fixture is shared by the tests; whoever comes first makes the apps.
        if ((await _server.GetAsync("/v2/apps/app1")).Status == HttpStatusCode.OK)
            return;
        await _server.ChangeAsync("PUT", "/v2/apps", """
            [{"id":"/app1","cmd":"party hard","cpus":0.1,"labels":{"a":"1","b":"2"}},
             {"id":"/app2","cmd":"work hard","cpus":0.1,"labels":{"a":"1","b":"3"}},
             {"id":"/service-a","args":["x"],"cpus":0.1,"instances":0}]
            """, HttpStatusCode.OK);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("", "/app1 /app2 /service-a")]
    [InlineData("?cmd=PARTY", "/app1")]
    [InlineData("?cmd=hard", "/app1 /app2")]
    [InlineData("?cmd=none", "")]
    [InlineData("?id=APP", "/app1 /app2")]
    [InlineData("?id=app&cmd=work", "/app2")]
    [InlineData("?label=b==2", "/app1")]
    [InlineData("?label=a", "/app1 /app2")]
    [InlineData("?cmd=party&label=b==3", "")]
    [InlineData("?limit=2", "/app1 /app2")]
    [InlineData("?limit=2&offset=2", "/service-a")]
    [InlineData("?limit=1&cursor=/app1", "/app2")]
    public async Task Filters_and_pages_a_list(string query, string expected)
    {
        var answer = await _server.GetAsync("/v2/apps" + query);
        string.Join(' ', answer.Json.GetProperty("apps").EnumerateArray().Select(a => a.GetProperty("id").GetString())).ShouldBe(expected);
    }

    [Fact]
    public async Task A_page_tells_how_many_there_are_and_where_to_go_on()
    {
        var answer = await _server.GetAsync("/v2/apps?limit=2");
        (answer.Headers["X-Total-Count"], answer.Headers["X-Next-Cursor"]).ShouldBe(("3", "/app2"));
    }

    [Theory]
    [InlineData("?label=a==", HttpStatusCode.UnprocessableEntity)]
    [InlineData("?limit=-1", HttpStatusCode.BadRequest)]
    [InlineData("?offset=x", HttpStatusCode.BadRequest)]
    public async Task A_query_that_makes_no_sense_is_refused(string query, HttpStatusCode expected) => (await _server.GetAsync("/v2/apps" + query)).Status.ShouldBe(expected);

    [Fact]
    public async Task Every_app_has_counts_and_deployments_and_the_rest_only_if_asked_for()
    {
        var plain = (await _server.GetAsync("/v2/apps?id=app1")).Json.GetProperty("apps")[0];
        plain.GetProperty("tasksRunning").GetInt32().ShouldBe(1);
        plain.GetProperty("deployments").GetArrayLength().ShouldBe(0);
        foreach (var name in new[] { "tasks", "lastTaskFailure", "taskStats", "readinessCheckResults" })
            plain.TryGetProperty(name, out _).ShouldBeFalse(name);

        var full = (await _server.GetAsync("/v2/apps?id=app1&embed=apps.tasks&embed=apps.taskStats&embed=apps.readiness&embed=whatever")).Json.GetProperty("apps")[0];
        full.GetProperty("tasks").GetArrayLength().ShouldBe(1);
        full.GetProperty("readinessCheckResults").GetArrayLength().ShouldBe(0);
        full.GetProperty("taskStats").GetProperty("totalSummary").GetProperty("stats").GetProperty("counts").GetProperty("running").GetInt32().ShouldBe(1);
        full.TryGetProperty("lastTaskFailure", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Fields_can_be_chosen()
    {
        var answer = await _server.GetAsync("/v2/apps?id=app1&fields=id,upgradeStrategy.minimumHealthCapacity");
        answer.Text.ShouldBe("""{"apps":[{"id":"/app1","upgradeStrategy":{"minimumHealthCapacity":1}}]}""");
    }

    [Fact]
    public async Task A_list_that_is_known_is_not_sent_again()
    {
        var first = await _server.GetAsync("/v2/apps");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/apps");
        request.Headers.TryAddWithoutValidation("If-None-Match", first.Headers["ETag"]);
        using var second = await _server.Http.SendAsync(request);
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await second.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }
}
