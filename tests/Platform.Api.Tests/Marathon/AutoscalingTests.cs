using System.Net;
using System.Text.Json;

namespace Platform.Api.Tests.Marathon;

public sealed class AutoscalingTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task The_app_shows_the_decision_and_a_kill_with_scale_counts_from_its_number()
    {
        await server.AddAsync("/scaled", """
            "instances":1,"platform":{"autoscaling":{"min":1,"max":9,"targets":[{"metric":"load","value":1}],"scaleDownWindowSeconds":0}}
            """);
        server.Metrics.Text = "load 2\n";
        // ceil(1 * 2 / 1) = 2, ceil(2 * 2 / 1) = 4, ceil(4 * 2 / 1) = 8, then 16, of which 9 may be.
        var app = await RunAsync(9);
        var autoscaling = app.GetProperty("autoscaling");
        autoscaling.GetProperty("instances").GetInt32().ShouldBe(9);
        autoscaling.GetProperty("lastChange").GetProperty("from").GetInt32().ShouldBe(8);
        autoscaling.GetProperty("lastChange").GetProperty("to").GetInt32().ShouldBe(9);
        autoscaling.GetProperty("lastChange").GetProperty("arithmetic").GetString().ShouldBe("load: ceil(16 / 1) = 16; between 1 and 9: 9");
        app.GetProperty("instances").GetInt32().ShouldBe(1);
        var told = await server.WaitForAsync(item => item.Type == "autoscaling_event" && item.Json.Contains("\"from\":2,", StringComparison.Ordinal));
        JsonElement.Parse(told.Json).GetProperty("arithmetic").GetString().ShouldBe("load: ceil(4 / 1) = 4");

        // Nothing is measured from now on, and so nothing changes by itself.
        server.Metrics.Text = null;
        await server.AskUntilAsync("/v2/apps/scaled", answer => answer.Json.GetProperty("app").GetProperty("autoscaling").GetProperty("arithmetic").GetString() == "load was not measured");
        await KillAsync(1);
        (await RunAsync(8)).GetProperty("instances").GetInt32().ShouldBe(8);

        // 8 * 1.125: the load asks for the 9 again, and one less is what the definition says already.
        server.Metrics.Text = "load 1.125\n";
        await RunAsync(9);
        server.Metrics.Text = null;
        await server.AskUntilAsync("/v2/apps/scaled", answer => answer.Json.GetProperty("app").GetProperty("autoscaling").GetProperty("arithmetic").GetString() == "load was not measured");
        await KillAsync(1);
        app = await RunAsync(8);
        app.GetProperty("instances").GetInt32().ShouldBe(8);
        app.GetProperty("autoscaling").TryGetProperty("lastChange", out _).ShouldBeFalse();
    }

    private async Task KillAsync(int count)
    {
        var tasks = (await server.GetAsync("/v2/apps/scaled/tasks")).Json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()!).ToList();
        var victims = tasks.Take(count).ToList();
        await server.ChangeAsync("POST", "/v2/tasks/delete?scale=true", JsonSerializer.Serialize(new { ids = victims }), HttpStatusCode.OK);
        var left = (await server.GetAsync("/v2/apps/scaled/tasks")).Json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()!).ToList();
        left.ShouldBe(tasks.Except(victims), ignoreOrder: true);
    }

    private async Task<JsonElement> RunAsync(int count) => (await server.AskUntilAsync("/v2/apps/scaled", answer =>
    {
        var app = answer.Json.GetProperty("app");
        return app.GetProperty("tasksRunning").GetInt32() == count && app.GetProperty("deployments").GetArrayLength() == 0;
    })).Json.GetProperty("app");
}
