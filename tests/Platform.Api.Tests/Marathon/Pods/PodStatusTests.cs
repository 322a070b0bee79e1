using System.Net;
using System.Text.Json;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Marathon.Pods;

public sealed class PodStatusTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    private static readonly string Checked = PodText.Container("""
        "endpoints":[{"name":"web","hostPort":0},{"name":"admin","hostPort":0}],"healthCheck":{"http":{"endpoint":"web"}}
        """, "web") + "," + PodText.Container("", "helper");

    [Fact]
    public async Task A_pod_is_stable_when_its_instances_are()
    {
        var created = await server.AddPodAsync("/status/stable", instances: 2);
        var status = await server.PodStatusAsync("/status/stable");
        status.Text("status").ShouldBe("STABLE");
        JsonElement.DeepEquals(status.GetProperty("spec"), created.Json).ShouldBeTrue();
        status.GetProperty("terminationHistory").GetArrayLength().ShouldBe(0);
        foreach (var instance in status.Instances())
        {
            instance.Text("status").ShouldBe("STABLE");
            instance.Text("id").ShouldStartWith("status_stable.instance-");
            instance.Text("agentHostname").ShouldBe(instance.Text("agentId"));
            instance.Text("specReference").ShouldBe("/v2/pods/status/stable::versions/" + created.Json.Text("version"));
            (await server.GetAsync(instance.Text("specReference"))).Text.ShouldBe(created.Text);
            instance.Text("role").ShouldBe("*");
            // 0.01 and 1 of the container, 0.1, 32 and 10 of the executor.
            instance.GetProperty("resources").ToString().ShouldBe("""{"cpus":0.11,"mem":33,"disk":10,"gpus":0}""");
            instance.GetProperty("networks").ToString().ShouldBe("""[{"addresses":["127.0.0.1"]}]""");
            var container = instance.GetProperty("containers").EnumerateArray().Single();
            (container.Text("name"), container.Text("status"), container.Text("containerId")).ShouldBe(("one", "TASK_RUNNING", instance.Text("id") + ".one.1"));
            container.GetProperty("conditions").GetArrayLength().ShouldBe(0);
            container.GetProperty("resources").ToString().ShouldBe("""{"cpus":0.01,"mem":1,"disk":0,"gpus":0}""");
        }
        (await server.GetAsync("/v2/pods/::status")).Json.EnumerateArray().Single(one => one.Text("id") == "/status/stable").Text("status").ShouldBe("STABLE");
    }

    [Fact]
    public async Task An_instance_is_degraded_until_its_checks_tell_that_it_is_healthy()
    {
        var created = await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/status/health", containers: Checked));
        var degraded = await server.PodStatusUntilAsync("/status/health", status => status.Instances() is [var one] && one.Text("status") == "DEGRADED");
        var instance = degraded.Json.Instances()[0];
        degraded.Json.Text("status").ShouldBe("DEGRADED");
        instance.Text("message").ShouldBe("at least one container is not healthy");
        Health(instance).ShouldBe(("false", "health-unreported-by-mesos"));
        Endpoints(instance)[0].TryGetProperty("healthy", out _).ShouldBeFalse();

        await server.ReportAsync(instance, "web", TaskState.Running, update => update with { Healthy = true });
        await server.EndAsync(created);
        var stable = (await server.PodStatusAsync("/status/health")).Instances()[0];
        stable.Text("status").ShouldBe("STABLE");
        Health(stable).ShouldBe(("true", "health-reported-by-mesos"));
        Endpoints(stable).Select(endpoint => endpoint.Text("name")).ShouldBe(["web", "admin"]);
        Endpoints(stable)[0].GetProperty("healthy").GetBoolean().ShouldBeTrue();
        Endpoints(stable)[1].TryGetProperty("healthy", out _).ShouldBeFalse();
        Endpoints(stable).ShouldAllBe(endpoint => endpoint.GetProperty("allocatedHostPort").GetInt32() >= 31_000);

        await server.ReportAsync(instance, "web", TaskState.Running, update => update with { Healthy = false });
        var unhealthy = await server.PodStatusUntilAsync("/status/health", status => status.Instances()[0].Text("status") == "DEGRADED");
        Health(unhealthy.Json.Instances()[0]).ShouldBe(("false", "health-reported-by-mesos"));
    }

    [Fact]
    public async Task How_an_instance_ended_is_kept()
    {
        await server.AddPodAsync("/status/end", containers: PodText.Container("", "web") + "," + PodText.Container("", "helper"), members: "\"scheduling\":{\"backoff\":{\"backoff\":0}}");
        var instance = (await server.PodStatusAsync("/status/end")).Instances()[0];
        await server.ReportAsync(instance, "helper", TaskState.Failed, update => update with { ExitStatus = 7, Message = "boom" });
        var after = await server.PodStatusUntilAsync("/status/end", status => status.Text("status") == "STABLE" && status.Instances()[0].Text("id") != instance.Text("id"));
        var history = after.Json.GetProperty("terminationHistory").EnumerateArray().Single();
        history.Text("instanceID").ShouldBe(instance.Text("id"));
        history.Text("message").ShouldBe("boom");
        history.GetProperty("terminatedAt").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(history.GetProperty("startedAt").GetDateTimeOffset());
        var containers = history.GetProperty("containers").EnumerateArray().ToDictionary(one => one.Text("containerId"));
        containers[instance.Text("id") + ".helper.1"].Text("lastKnownState").ShouldBe("TASK_FAILED");
        containers[instance.Text("id") + ".helper.1"].GetProperty("termination").ToString().ShouldBe("""{"exitCode":7,"message":"boom"}""");
        containers[instance.Text("id") + ".web.1"].Text("lastKnownState").ShouldBe("TASK_KILLED");
        (await server.GetAsync("/v2/pods/status/end::failures")).Json.GetProperty("failures")[0].GetProperty("exitStatus").GetInt32().ShouldBe(7);
    }

    [Fact]
    public async Task A_pod_that_is_being_removed_is_terminal_until_it_is_gone()
    {
        await server.AddPodAsync("/status/removed", members: "\"platform\":{\"pool\":\"none\"}", instances: 0);
        await server.AddPodAsync("/status/going");
        var agent = server.Cluster.Agents.Single(one => one.Id == PodServerAgent(server.PodStatusAsync("/status/going")));
        await agent.DisconnectAsync();
        try
        {
            var removed = await server.SendAsync("DELETE", "/v2/pods/status/going");
            (await server.GetAsync("/v2/pods/status/going")).Status.ShouldBe(HttpStatusCode.NotFound);
            // Its agent cannot be told to kill it.
            (await server.PodStatusAsync("/status/going")).Text("status").ShouldBe("TERMINAL");
            (await server.GetAsync("/v2/pods/::status")).Json.EnumerateArray().Single(pod => pod.Text("id") == "/status/going").Text("status").ShouldBe("TERMINAL");
            await agent.ConnectAsync();
            await server.EndAsync(removed);
            (await server.GetAsync("/v2/pods/status/going::status")).Status.ShouldBe(HttpStatusCode.NotFound);
        }
        finally
        {
            if (agent.Epoch == 0)
                await agent.ConnectAsync();
        }

        static string PodServerAgent(Task<JsonElement> status) => status.Result.Instances()[0].Text("agentId");
    }

    [Fact]
    public async Task Init_containers_end_and_the_instance_is_stable_all_the_same()
    {
        var containers = PodText.Container("\"platform\":{\"role\":\"init\"}", "prepare") + "," + PodText.Container("", "main");
        await server.AddPodAsync("/status/init", containers: containers);
        var instance = (await server.PodStatusAsync("/status/init")).Instances()[0];
        await server.ReportAsync(instance, "prepare", TaskState.Finished, update => update with { ExitStatus = 0 });
        var after = await server.PodStatusUntilAsync("/status/init", status => status.Instances()[0].GetProperty("containers")[0].Text("status") == "TASK_FINISHED");
        after.Json.Text("status").ShouldBe("STABLE");
        after.Json.Instances()[0].GetProperty("containers")[0].GetProperty("termination").GetProperty("exitCode").GetInt32().ShouldBe(0);
        // The container that has ended holds nothing: 0.1 and 32 of the executor, 0.01 and 1 of the other.
        after.Json.Instances()[0].GetProperty("resources").GetProperty("cpus").GetDouble().ShouldBe(0.11);
    }

    private static (string Value, string Reason) Health(JsonElement instance)
    {
        var condition = instance.GetProperty("containers")[0].GetProperty("conditions").EnumerateArray().Single();
        condition.Text("name").ShouldBe("healthy");
        return (condition.Text("value"), condition.Text("reason"));
    }

    private static List<JsonElement> Endpoints(JsonElement instance) => [.. instance.GetProperty("containers")[0].GetProperty("endpoints").EnumerateArray()];
}
