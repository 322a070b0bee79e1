using System.Net;

namespace Platform.Api.Tests.Marathon.Pods;

public sealed class PodInstancesTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task A_killed_instance_is_told_and_replaced_as_a_whole()
    {
        await server.AddPodAsync("/kill/one", containers: PodText.Container("\"endpoints\":[{\"name\":\"e\",\"hostPort\":0}]", "a") + "," + PodText.Container("", "b"));
        var before = (await server.PodStatusAsync("/kill/one")).Instances()[0];
        var id = before.Text("id");
        var killed = await server.SendAsync("DELETE", $"/v2/pods/kill/one::instances/{id}");
        killed.Status.ShouldBe(HttpStatusCode.OK, killed.Text);
        killed.Json.GetProperty("instanceId").Text("idString").ShouldBe(id);
        killed.Json.GetProperty("agentInfo").Text("host").ShouldBe(before.Text("agentHostname"));
        killed.Json.GetProperty("tasksMap").EnumerateObject().Select(task => task.Name).ShouldBe([id + ".a.1", id + ".b.1"]);
        killed.Json.GetProperty("tasksMap").GetProperty(id + ".a.1").GetProperty("status").GetProperty("networkInfo").GetProperty("hostPorts").GetArrayLength().ShouldBe(1);
        killed.Json.GetProperty("unreachableStrategy").GetProperty("expungeAfterSeconds").GetInt32().ShouldBe(0);
        var after = await server.PodStatusUntilAsync("/kill/one", status => status.Text("status") == "STABLE" && status.Instances()[0].Text("id") != id);
        after.Json.Instances().ShouldHaveSingleItem();
        server.Cluster.Agents.SelectMany(agent => agent.Tasks).ShouldNotContain(task => task.StartsWith(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_instances_are_killed_by_a_list()
    {
        await server.AddPodAsync("/kill/many", instances: 3);
        var ids = (await server.PodStatusAsync("/kill/many")).Instances().ConvertAll(instance => instance.Text("id"));
        var killed = await server.SendAsync("DELETE", "/v2/pods/kill/many::instances", $$"""["{{ids[0]}}","{{ids[2]}}","kill_many.instance-unknown"]""");
        killed.Json.EnumerateArray().Select(instance => instance.GetProperty("instanceId").Text("idString")).ShouldBe([ids[0], ids[2]], ignoreOrder: true);
        var after = await server.PodStatusUntilAsync("/kill/many", status => status.Text("status") == "STABLE" && status.Instances().Count == 3 && !status.Instances().Exists(one => one.Text("id") == ids[0] || one.Text("id") == ids[2]));
        after.Json.Instances().ShouldContain(one => one.Text("id") == ids[1]);
        (await server.SendAsync("DELETE", "/v2/pods/kill/many::instances", "[]")).Text.ShouldBe("[]");
        (await server.PodStatusAsync("/kill/many")).Instances().Count.ShouldBe(3);
    }

    [Fact]
    public async Task Ids_that_are_none_are_refused_and_nothing_is_killed()
    {
        await server.AddPodAsync("/kill/none");
        var id = (await server.PodStatusAsync("/kill/none")).Instances()[0].Text("id");
        const string Pattern = @"must fully match regular expression '^(.+)\.(instance-|marathon-)([^\.]+)$'";
        (await server.SendAsync("DELETE", "/v2/pods/kill/none::instances/x")).Problems.ShouldBe(["/: " + Pattern]);
        (await server.SendAsync("DELETE", "/v2/pods/kill/none::instances", $$"""["{{id}}","x",5]""")).Problems.ShouldBe(["(1): " + Pattern, "(2): error.expected.jsstring"]);
        (await server.SendAsync("DELETE", "/v2/pods/kill/none::instances", "{}")).Message.ShouldBe("Invalid JSON");
        (await server.SendAsync("DELETE", "/v2/pods/kill/none::instances", "[")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var unknown = await server.SendAsync("DELETE", "/v2/pods/kill/none::instances/kill_none.instance-x");
        (unknown.Status, unknown.Message).ShouldBe((HttpStatusCode.NotFound, "Task 'kill_none.instance-x' does not exist"));
        (await server.PodStatusAsync("/kill/none")).Instances()[0].Text("id").ShouldBe(id);
    }

    [Fact]
    public async Task A_resident_instance_comes_back_to_its_volume_unless_it_is_wiped()
    {
        await server.AddPodAsync("/kill/resident", containers: PodText.Container("\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"data\"}]"),
            members: "\"volumes\":[{\"name\":\"data\",\"persistent\":{\"size\":1}}],\"scheduling\":{\"backoff\":{\"backoff\":0}}");
        var first = (await server.PodStatusAsync("/kill/resident")).Instances()[0];
        var volume = first.GetProperty("localVolumes")[0];
        (volume.Text("runSpecId"), volume.Text("containerPath")).ShouldBe(("/kill/resident", "data"));
        volume.Text("persistenceId").ShouldBe($"kill_resident#data#{first.Text("id").Split("instance-")[1]}");

        (await server.SendAsync("DELETE", $"/v2/pods/kill/resident::instances/{first.Text("id")}")).Status.ShouldBe(HttpStatusCode.OK);
        var second = await server.PodStatusUntilAsync("/kill/resident", status => status.Text("status") == "STABLE" && status.Instances()[0].GetProperty("containers")[0].Text("containerId").EndsWith(".2", StringComparison.Ordinal));
        (second.Json.Instances()[0].Text("id"), second.Json.Instances()[0].Text("agentId")).ShouldBe((first.Text("id"), first.Text("agentId")));
        second.Json.Instances()[0].GetProperty("localVolumes")[0].Text("persistenceId").ShouldBe(volume.Text("persistenceId"));

        (await server.SendAsync("DELETE", $"/v2/pods/kill/resident::instances/{first.Text("id")}?wipe=true")).Status.ShouldBe(HttpStatusCode.OK);
        var third = await server.PodStatusUntilAsync("/kill/resident", status => status.Text("status") == "STABLE" && status.Instances()[0].Text("id") != first.Text("id"));
        third.Json.Instances()[0].GetProperty("localVolumes")[0].Text("persistenceId").ShouldNotBe(volume.Text("persistenceId"));
    }
}
