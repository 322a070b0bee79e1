using System.Net;
using System.Text.Json;
using Platform.Simulation;

namespace Platform.Api.Tests.Marathon;

/// <summary>What a change is told besides its acceptance, and what definitions are read in.</summary>
public sealed class ReviewTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task Ports_that_are_left_open_and_required_are_chosen_before_it_is_said_where_the_app_fits()
    {
        const string Members = "\"cmd\":\"aa\",\"cpus\":0.1,\"ports\":[0],\"requirePorts\":true";

        var plan = await server.SendAsync("POST", "/v2/apps?dryRun=true", $$"""{"id":"/ports/plan",{{Members}}}""");
        var refused = await server.SendAsync("POST", "/v2/apps?impossible=refuse", $$"""{"id":"/ports/refused",{{Members}}}""");
        var taken = await server.SendAsync("PUT", "/v2/apps/ports/taken", $$"""{{{Members}}}""");

        // Service ports begin at 10000, and the agents have 31000 to 32000. Which one is free depends on the other tests.
        plan.Json.GetProperty("changes")[0].GetProperty("placement").GetProperty("placed").GetInt32().ShouldBe(0);
        plan.Headers["Warning"].ShouldMatch("port 100[0-9]{2} is not available");
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.Problems.ShouldHaveSingleItem().ShouldMatch("^/: /ports/refused can never run on the agents that are there: .*port 100[0-9]{2} is not available on [45] agents");
        taken.Status.ShouldBe(HttpStatusCode.Created);
        taken.Headers["Warning"].ShouldMatch("^199 platform \"/ports/taken can never run on the agents that are there: .*port 100[0-9]{2} is not available on [45] agents");
    }

    [Theory]
    [InlineData("PUT", "/v2/apps/dep/a", """{"cmd":"aa","cpus":0.1,"dependencies":["b"]}""", "/dep/a depends on /dep/b, which does not exist")]
    [InlineData("POST", "/v2/apps", """{"id":"/dep2/a","cmd":"aa","cpus":0.1,"dependencies":["../none"]}""", "/dep2/a depends on /none, which does not exist")]
    [InlineData("PUT", "/v2/apps", """[{"id":"/dep3/a","cmd":"aa","cpus":0.1,"dependencies":["b","c"]},{"id":"/dep3/b","cmd":"aa","cpus":0.1}]""", "/dep3/a depends on /dep3/c, which does not exist")]
    [InlineData("PUT", "/v2/groups/dep4", """{"dependencies":["/none"]}""", "/dep4 depends on /none, which does not exist")]
    public async Task A_dependency_on_nothing_is_taken_with_a_warning(string method, string path, string body, string warning)
    {
        var answer = await server.SendAsync(method, path, body);

        ((int)answer.Status).ShouldBeInRange(200, 201);
        answer.Headers["Warning"].ShouldBe($"199 platform \"{warning}\"");
    }

    [Fact]
    public async Task A_relative_dependency_is_seen_from_the_group_of_the_app()
    {
        await server.SendAsync("PUT", "/v2/groups/rel", """{"apps":[{"id":"db","cmd":"aa","cpus":0.1},{"id":"web","cmd":"aa","cpus":0.1}]}""");

        var answer = await server.SendAsync("PUT", "/v2/apps/rel/web?force=true", """{"dependencies":["db"]}""");

        answer.Headers.ContainsKey("Warning").ShouldBeFalse();
        (await server.GetAsync("/v2/apps/rel/web")).Json.GetProperty("app").GetProperty("dependencies")[0].GetString().ShouldBe("/rel/db");
    }

    [Fact]
    public async Task A_role_that_an_agent_has_resources_for_may_be_accepted()
    {
        const string App = """{"id":"/roles/lb","cmd":"aa","cpus":1,"mem":32,"acceptedResourceRoles":["slave_public"]}""";
        var refused = await server.SendAsync("POST", "/v2/apps", App);
        var agent = new SimulatedAgent(server.Grains, "public", "cpus(slave_public):2;mem(slave_public):512;disk(slave_public):1000;ports(slave_public):[80-90]", TimeProvider.System);
        await agent.ConnectAsync();

        var taken = await server.ChangeAsync("POST", "/v2/apps", App, HttpStatusCode.Created);

        refused.Problems.ShouldBe(["/acceptedResourceRoles: acceptedResourceRoles can only contain *"]);
        taken.Headers.ContainsKey("Warning").ShouldBeFalse();
        (await server.GetAsync("/v2/apps/roles/lb/tasks")).Json.GetProperty("tasks")[0].GetProperty("slaveId").GetString().ShouldBe("public");
    }

    [Fact]
    public async Task Each_answer_names_the_leader_keeps_out_of_frames()
    {
        foreach (var path in (string[])["/v2/info", "/ping", "/v2/apps/none", "/marathon/v2/leader"])
        {
            var answer = await server.GetAsync(path);
            answer.Headers["X-Marathon-Leader"].ShouldBe($"http://{server.Http.BaseAddress!.Authority}", path);
            answer.Headers["X-Frame-Options"].ShouldBe("DENY");
            answer.Headers["X-XSS-Protection"].ShouldBe("1; mode=block");
        }
    }

    [Theory]
    [InlineData("/v2/apps/v/versions/20:39:32.972Z", "20:39:32.972Z")]
    [InlineData("/v2/apps/v/versions/2026-11-28", "2026-11-28")]
    [InlineData("/v2/apps/v/versions/2026-11-28T20:39:32.972", "2026-11-28T20:39:32.972")]
    [InlineData("/v2/groups/versions/yesterday", "yesterday")]
    public async Task A_text_that_is_no_whole_instant_is_no_version(string path, string text)
    {
        await server.SendAsync("PUT", "/v2/apps/v", """{"cmd":"aa","cpus":0.1}""");

        var answer = await server.GetAsync(path);

        (answer.Status, answer.Message).ShouldBe((HttpStatusCode.UnprocessableEntity, $"Invalid timestamp provided '{text}'. Expecting ISO-8601 datetime string."));
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_made_without_apps_when_it_is_scaled()
    {
        await server.SendAsync("PUT", "/v2/groups/scaled/none", """{"scaleBy":2}""");

        var group = (await server.GetAsync("/v2/groups/scaled/none")).Json;
        (group.GetProperty("id").GetString(), group.GetProperty("apps").GetArrayLength()).ShouldBe(("/scaled/none", 0));
    }

    [Fact]
    public async Task A_group_that_was_read_can_be_sent_back_whole_as_long_as_it_stands()
    {
        await server.ChangeAsync("PUT", "/v2/groups/back", """{"apps":[{"id":"a","cmd":"aa","cpus":0.1}],"groups":[{"id":"in","apps":[{"id":"b","cmd":"aa","cpus":0.1}]}]}""", HttpStatusCode.OK);
        var read = (await server.GetAsync("/v2/groups/back")).Text;

        (await server.SendAsync("PUT", "/v2/groups/back", read)).Status.ShouldBe(HttpStatusCode.OK);
        await server.ChangeAsync("PUT", "/v2/apps/back/a", """{"cmd":"bb"}""", HttpStatusCode.OK);

        (await server.SendAsync("PUT", "/v2/groups/back", read)).Problems.ShouldContain("/version: not allowed in conjunction with other properties.");
    }

    [Fact]
    public async Task A_command_and_arguments_take_each_others_place_only_if_it_is_said()
    {
        await server.ChangeAsync("PUT", "/v2/apps/cmd", """{"cmd":"aa","cpus":0.1}""", HttpStatusCode.Created);

        (await server.SendAsync("PUT", "/v2/apps/cmd", """{"args":["a"]}""")).Problems.ShouldContain("/args: the app has 'cmd', which excludes 'args'; to change from one to the other say \"cmd\": null beside 'args'");
        await server.ChangeAsync("PUT", "/v2/apps/cmd", """{"args":["a"],"cmd":null}""", HttpStatusCode.OK);
        (await server.SendAsync("PUT", "/v2/apps/cmd", """{"cmd":"bb"}""")).Problems.ShouldContain("/cmd: the app has 'args', which exclude 'cmd'; to change from one to the other say \"args\": null beside 'cmd'");
        await server.ChangeAsync("PUT", "/v2/apps/cmd", """{"cmd":"bb","args":null}""", HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(3, "[2,1]", "/upgradeStrategy/canary/steps(1): must be more than the step before")]
    [InlineData(3, "[5]", "/upgradeStrategy/canary/steps(0): must not be more than the 3 instances that there shall be")]
    [InlineData(10, "[\"50%\",\"20%\"]", "/upgradeStrategy/canary/steps(1): must be more than the step before")]
    [InlineData(10, "[\"50%\",2]", "/upgradeStrategy/canary/steps(1): must be more than the step before")]
    public async Task Steps_of_a_canary_lead_up_to_its_instances(int instances, string steps, string problem)
    {
        var answer = await server.SendAsync("POST", "/v2/apps", "{\"id\":\"/steps\",\"cmd\":\"aa\",\"cpus\":0.1,\"instances\":" + instances + ",\"upgradeStrategy\":{\"canary\":{\"steps\":" + steps + "}}}");

        answer.Problems.ShouldBe([problem]);
    }

    [Fact]
    public async Task An_app_is_scaled_below_the_steps_of_its_canary()
    {
        await server.ChangeAsync("POST", "/v2/apps", """{"id":"/below","cmd":"aa","cpus":0.1,"instances":3,"upgradeStrategy":{"canary":{"steps":[1,2]}}}""", HttpStatusCode.Created);

        await server.ChangeAsync("PUT", "/v2/apps/below", """{"instances":1}""", HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_end_by_health_checks_is_the_last_failure_and_a_kill_on_request_is_none()
    {
        await server.ChangeAsync("POST", "/v2/apps", """{"id":"/sick","cmd":"aa","cpus":0.1,"instances":2}""", HttpStatusCode.Created);
        var tasks = (await server.GetAsync("/v2/apps/sick/tasks")).Json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()!).ToList();
        await server.SendAsync("DELETE", $"/v2/apps/sick/tasks/{tasks[1]}");
        (await server.GetAsync("/v2/apps/sick")).Json.GetProperty("app").TryGetProperty("lastTaskFailure", out _).ShouldBeFalse();

        await server.Cluster.Agents.Single(agent => agent.Tasks.Contains(tasks[0])).ReportAsync(tasks[0], Core.Tasks.TaskState.Killed, update => update with
        {
            Reason = Core.Tasks.TaskReasons.Unhealthy,
            Message = "connection refused",
        });

        var app = await server.AskUntilAsync("/v2/apps/sick", answer => answer.Text.Contains("lastTaskFailure", StringComparison.Ordinal));
        var failure = app.Json.GetProperty("app").GetProperty("lastTaskFailure");
        failure.GetProperty("state").GetString().ShouldBe("TASK_KILLED");
        failure.GetProperty("message").GetString().ShouldBe("Task was killed since health check failed. Reason: connection refused");
        failure.GetProperty("taskId").GetString().ShouldBe(tasks[0]);
    }

    [Fact]
    public async Task A_canary_whose_instances_do_not_serve_is_promoted_by_force_only()
    {
        await server.ChangeAsync("POST", "/v2/apps", """{"id":"/sickcanary","cmd":"aa","cpus":0.1,"instances":2}""", HttpStatusCode.Created);
        await server.SendAsync("PUT", "/v2/apps/sickcanary", """{"cpus":1000,"upgradeStrategy":{"canary":{"steps":[1]}}}""");
        await server.AskUntilAsync("/v2/apps/sickcanary", answer => answer.Text.Contains("\"canary\":{\"step\":1", StringComparison.Ordinal));

        var refused = await server.SendAsync("POST", "/v2/apps/sickcanary/promote");
        var forced = await server.SendAsync("POST", "/v2/apps/sickcanary/promote?force=true");

        (refused.Status, refused.Message).ShouldBe((HttpStatusCode.Conflict, "The canary of app '/sickcanary' is not promoted: 0 of 1 new instances of step 1 are healthy and ready. Override with the option '?force=true'."));
        forced.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_queue_tells_when_a_place_was_found_last()
    {
        await server.SendAsync("POST", "/v2/apps", """{"id":"/used","cmd":"aa","cpus":60,"instances":9}""");

        // 4 agents with 100 cpus: 4 find a place and 5 wait.
        var queue = await server.AskUntilAsync("/v2/queue", answer => Summary(answer.Json) is { } one && one.TryGetProperty("lastUsedOfferAt", out _));
        var summary = Summary(queue.Json)!.Value;
        summary.GetProperty("lastUsedOfferAt").GetString()!.ShouldStartWith("20");
        (summary.GetProperty("processedOffersCount").GetInt32() - summary.GetProperty("unusedOffersCount").GetInt32()).ShouldBeInRange(1, 4);
        await server.SendAsync("DELETE", "/v2/apps/used");

        // What other tests left in the queue may be a pod.
        static JsonElement? Summary(JsonElement queue) => queue.GetProperty("queue").EnumerateArray()
            .Where(item => item.TryGetProperty("app", out var app) && app.GetProperty("id").GetString() == "/used")
            .Select(item => (JsonElement?)item.GetProperty("processedOffersSummary"))
            .FirstOrDefault();
    }
}
