using System.Net;
using System.Text.Json;

namespace Platform.Api.Tests.Marathon;

public sealed class ServerTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Theory]
    [InlineData("*/*", 200, "text/plain", "pong")]
    [InlineData("application/json", 200, "application/json", "\"pong\"")]
    [InlineData("text/html", 200, "text/html", "pong")]
    [InlineData("text/*", 200, "text/plain", "pong")]
    [InlineData("image/png", 204, null, "")]
    public async Task Ping_answers_in_what_the_client_takes(string accept, int status, string? type, string text)
    {
        var answer = await server.GetAsync("/ping", accept);
        ((int)answer.Status, answer.Text).ShouldBe((status, text));
        if (type is not null)
            answer.Headers["Content-Type"].ShouldStartWith(type);
    }

    [Fact]
    public async Task Info_has_what_clients_look_for()
    {
        var info = (await server.GetAsync("/v2/info")).Json;
        info.EnumerateObject().Select(m => m.Name).ShouldBe(
            ["name", "version", "buildref", "elected", "leader", "frameworkId", "marathon_config", "zookeeper_config", "http_config"]);
        info.GetProperty("elected").GetBoolean().ShouldBeTrue();
        info.GetProperty("http_config").GetProperty("http_port").GetInt32().ShouldBe(server.Http.BaseAddress!.Port);
        // Every key that Marathon 1.11 has.
        info.GetProperty("marathon_config").EnumerateObject().Count().ShouldBe(41);
        info.GetProperty("zookeeper_config").EnumerateObject().Count().ShouldBe(8);
        (await server.GetAsync("/v2/leader")).Json.GetProperty("leader").GetString().ShouldBe($"127.0.0.1:{server.Http.BaseAddress.Port}");
        (await server.SendAsync("DELETE", "/v2/leader")).Text.ShouldBe("""{"message":"Leadership abdicated"}""");
        (await server.GetAsync("/v2/plugins")).Text.ShouldBe("""{"plugins":[]}""");
        (await server.GetAsync("/config")).Json.GetProperty("mesos_role").GetString().ShouldBe("*");
        (await server.GetAsync("/health")).Json.GetProperty("healthy").GetBoolean().ShouldBeTrue();
        (await server.GetAsync("/help")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_gives_up_the_lead_is_told_of_as_a_scheduler_that_leaves_and_comes_back()
    {
        await server.AddAsync("/led");
        (await server.SendAsync("DELETE", "/v2/leader")).Status.ShouldBe(HttpStatusCode.OK);
        var left = await server.WaitForAsync(item => item.Type == "scheduler_disconnected_event");
        await server.GetAsync("/v2/deployments");
        var back = await server.WaitForAsync(item => item.Type == "scheduler_reregistered_event" && item.Sequence > left.Sequence);
        JsonElement.Parse(back.Json).GetProperty("master").GetString().ShouldNotBeEmpty();
        (await server.GetAsync("/v2/apps/led")).Status.ShouldBe(HttpStatusCode.OK);
        await server.ChangeAsync("DELETE", "/v2/apps/led", null, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Options_tell_what_a_path_allows()
    {
        var apps = await server.SendAsync("OPTIONS", "/v2/apps");
        (apps.Status, apps.Text, apps.Headers["Allow"]).ShouldBe((HttpStatusCode.OK, "", "GET,HEAD,OPTIONS,PATCH,POST,PUT"));
        (await server.SendAsync("DELETE", "/v2/deployments")).Headers["Allow"].ShouldBe("GET,HEAD,OPTIONS");
        (await server.SendAsync("OPTIONS", "/v2/nothing")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Metrics_count_what_is_there()
    {
        await server.AddAsync("/metered", "\"instances\":2");
        var gauges = (await server.GetAsync("/metrics")).Json.GetProperty("gauges");
        gauges.GetProperty("marathon.apps.active.gauge").GetProperty("value").GetInt32().ShouldBe(1);
        gauges.GetProperty("marathon.instances.running.gauge").GetProperty("value").GetInt32().ShouldBe(2);
        (await server.GetAsync("/metrics/prometheus")).Text.ShouldContain("marathon_instances_running_gauge 2\n");
    }

    [Fact]
    public async Task Log_levels_are_shown_and_changed()
    {
        (await server.GetAsync("/logging")).Json.GetProperty("ROOT").GetString().ShouldBe("WARN");
        (await server.SendAsync("POST", "/logging", """{"logger":"Platform.Grains","level":"debug","durationSeconds":60}""")).Text
            .ShouldBe("""{"logger":"Platform.Grains","level":"DEBUG","durationSeconds":60}""");
        (await server.GetAsync("/logging")).Json.GetProperty("Platform.Grains").GetString().ShouldBe("DEBUG");
        (await server.SendAsync("POST", "/logging", """{"level":"loud"}""")).Problems.ShouldBe(["/logger: error.path.missing", "/level: error.unknown.enum.literal"]);
    }
}
