using System.Net;

namespace Platform.Api.Tests.Marathon;

public sealed class DeploymentsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    /// <summary>No agent has so much, so that the deployment stays.</summary>
    private const string TooLarge = "\"cpus\":1000";

    private async Task<Answer> StartAsync(string id)
    {
        var answer = await server.SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"a",{{TooLarge}}}""");
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer;
    }

    [Fact]
    public async Task A_running_deployment_is_listed_with_its_steps()
    {
        var created = await StartAsync("/stuck");
        var id = created.Headers["Marathon-Deployment-Id"];
        var deployment = (await server.GetAsync("/v2/deployments")).Json.EnumerateArray().Single(d => d.GetProperty("id").GetString() == id);
        deployment.GetProperty("affectedApps")[0].GetString().ShouldBe("/stuck");
        deployment.GetProperty("affectedPods").GetArrayLength().ShouldBe(0);
        deployment.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("actions")[0].GetProperty("action").GetString()).ShouldBe(["StartApplication", "ScaleApplication"]);
        deployment.GetProperty("totalSteps").GetInt32().ShouldBe(2);
        deployment.GetProperty("version").GetString().ShouldBe(created.Json.GetProperty("version").GetString());
        var action = deployment.GetProperty("currentActions")[0];
        action.GetProperty("app").GetString().ShouldBe("/stuck");
        action.GetProperty("readinessCheckResults").GetArrayLength().ShouldBe(0);
        (await server.GetAsync("/v2/apps/stuck")).Json.GetProperty("app").GetProperty("deployments")[0].GetProperty("id").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task An_app_is_locked_by_its_deployment_until_it_is_forced()
    {
        var id = (await StartAsync("/locked")).Headers["Marathon-Deployment-Id"];
        var refused = await server.SendAsync("PATCH", "/v2/apps/locked", """{"cpus":0.1}""");
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Message.ShouldStartWith("App is locked by one or more deployments.");
        refused.Json.GetProperty("deployments")[0].GetProperty("id").GetString().ShouldBe(id);
        (await server.GetAsync("/v2/apps/locked")).Json.GetProperty("app").GetProperty("cpus").GetDouble().ShouldBe(1000);

        await server.ChangeAsync("PATCH", "/v2/apps/locked?force=True", """{"cpus":0.1}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/locked")).Json.GetProperty("app").GetProperty("tasksRunning").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_deployment_that_is_canceled_leads_back()
    {
        var id = (await StartAsync("/canceled")).Headers["Marathon-Deployment-Id"];
        var back = await server.ChangeAsync("DELETE", $"/v2/deployments/{id}", null, HttpStatusCode.OK);
        back.Json.GetProperty("deploymentId").GetString().ShouldNotBe(id);
        (await server.GetAsync("/v2/apps/canceled")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_deployment_that_is_stopped_by_force_leaves_things_as_they_are()
    {
        var id = (await StartAsync("/stopped")).Headers["Marathon-Deployment-Id"];
        var answer = await server.SendAsync("DELETE", $"/v2/deployments/{id}?force=true");
        answer.Status.ShouldBe(HttpStatusCode.Accepted);
        (await server.GetAsync("/v2/deployments")).Text.ShouldNotContain(id);
        (await server.GetAsync("/v2/apps/stopped")).Status.ShouldBe(HttpStatusCode.OK);
        var unknown = await server.SendAsync("DELETE", $"/v2/deployments/{id}");
        (unknown.Status, unknown.Message).ShouldBe((HttpStatusCode.NotFound, $"DeploymentPlan {id} does not exist"));
    }

    [Fact]
    public async Task A_deployment_can_be_paused_and_resumed()
    {
        var id = (await StartAsync("/paused")).Headers["Marathon-Deployment-Id"];
        var pause = await server.SendAsync("POST", $"/v2/deployments/{id}/pause");
        pause.Status.ShouldBe(HttpStatusCode.OK, pause.Text);
        (await server.GetAsync("/v2/deployments")).Json.EnumerateArray().Single(d => d.GetProperty("id").GetString() == id).GetProperty("paused").GetBoolean().ShouldBeTrue();
        (await server.SendAsync("POST", $"/v2/deployments/{id}/resume")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("POST", "/v2/deployments/none/pause")).Message.ShouldBe("DeploymentPlan none does not exist");
    }

    [Fact]
    public async Task A_canary_goes_on_when_it_is_promoted()
    {
        await server.AddAsync("/canary", "\"instances\":2");
        (await server.SendAsync("POST", "/v2/apps/canary/promote")).Message.ShouldBe("App '/canary' has no canary rollout that could be promoted.");
        var started = await server.SendAsync("PATCH", "/v2/apps/canary", """{"cmd":"sleep 2","upgradeStrategy":{"canary":{"steps":[1]}}}""");
        var version = started.Json.GetProperty("version").GetString()!;
        await server.WaitForAsync(item => item.Type == "status_update_event" && item.Json.Contains("TASK_RUNNING", StringComparison.Ordinal) && item.Json.Contains(version, StringComparison.Ordinal));
        var waiting = await server.AskUntilAsync("/v2/deployments", answer => answer.Text.Contains("\"waitsForPromotion\":true", StringComparison.Ordinal));
        var step = waiting.Json.EnumerateArray().Single(d => d.GetProperty("affectedApps")[0].GetString() == "/canary").GetProperty("currentActions")[0].GetProperty("canary");
        (step.GetProperty("step").GetInt32(), step.GetProperty("steps").GetInt32()).ShouldBe((1, 1));
        (await server.GetAsync("/v2/apps/canary")).Json.GetProperty("app").GetProperty("canary").GetProperty("waitsForPromotion").GetBoolean().ShouldBeTrue();
        (await server.SendAsync("POST", "/v2/apps/canary/promote")).Status.ShouldBe(HttpStatusCode.OK);
        await server.SettleAsync(started);
        (await server.GetAsync("/v2/apps/canary")).Json.GetProperty("app").TryGetProperty("canary", out _).ShouldBeFalse();
        (await server.GetAsync("/v2/apps/canary")).Json.GetProperty("app").GetProperty("tasksRunning").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task What_waits_is_in_the_queue_with_the_reason()
    {
        await StartAsync("/waiting");
        var queue = await server.AskUntilAsync("/v2/queue?embed=lastUnusedOffers", answer => answer.Text.Contains("\"/waiting\"", StringComparison.Ordinal));
        var item = queue.Json.GetProperty("queue").EnumerateArray()
            .Single(i => i.GetProperty("app").GetProperty("id").GetString() == "/waiting");
        item.GetProperty("count").GetInt32().ShouldBe(1);
        item.GetProperty("delay").GetProperty("overdue").GetBoolean().ShouldBeTrue();
        var pending = (await server.GetAsync("/v2/apps/waiting/pending")).Json;
        (pending.GetProperty("app").GetString(), pending.GetProperty("waiting").GetInt32()).ShouldBe(("/waiting", 1));
        (await server.SendAsync("DELETE", "/v2/queue/waiting/delay")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("DELETE", "/v2/queue/nowhere/delay")).Message.ShouldBe("Application /nowhere not found in tasks queue.");
    }
}
