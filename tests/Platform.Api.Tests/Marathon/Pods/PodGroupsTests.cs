using System.Net;
using System.Text.Json;

namespace Platform.Api.Tests.Marathon.Pods;

public sealed class PodGroupsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    private static readonly string One = PodText.Container("");

    [Fact]
    public async Task A_group_shows_its_pods_with_what_runs_of_them()
    {
        await server.AddPodAsync("/show/in/pod");
        var group = (await server.GetAsync("/v2/groups/show")).Json.GetProperty("groups")[0];
        var pod = group.GetProperty("pods").EnumerateArray().Single();
        (pod.Text("id"), pod.Text("status"), pod.Instances().Count).ShouldBe(("/show/in/pod", "STABLE", 1));
        pod.GetProperty("spec").Text("id").ShouldBe("/show/in/pod");
        group.GetProperty("apps").GetArrayLength().ShouldBe(0);
        (await server.GetAsync("/v2/groups/show/in?embed=group.pods")).Json.TryGetProperty("apps", out _).ShouldBeFalse();
        (await server.GetAsync("/v2/groups/show/in?embed=group.apps")).Json.TryGetProperty("pods", out _).ShouldBeFalse();
        (await server.GetAsync("/v2/groups/show/in/apps")).Json.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_group_is_made_and_changed_with_its_pods()
    {
        await server.ChangeAsync("POST", "/v2/groups", $$"""{"id":"/made","pods":[{"id":"pod","containers":[{{One}}]},{"id":"/made/other","containers":[{{One}}]}],"apps":[{"id":"app","cmd":"sleep 1"}]}""", HttpStatusCode.Created);
        Pods(await server.GetAsync("/v2/groups/made")).ShouldBe(["/made/other", "/made/pod"]);
        // Without a word of pods they stay; those that are not named go.
        await server.ChangeAsync("PUT", "/v2/groups/made", """{"apps":[]}""", HttpStatusCode.OK);
        Pods(await server.GetAsync("/v2/groups/made")).ShouldBe(["/made/other", "/made/pod"]);
        await server.ChangeAsync("PUT", "/v2/groups/made", $$"""{"pods":[{"id":"pod","containers":[{{One}}]}]}""", HttpStatusCode.OK);
        Pods(await server.GetAsync("/v2/groups/made")).ShouldBe(["/made/pod"]);
        (await server.GetAsync("/v2/pods/made/other")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_group_that_is_read_and_sent_back_changes_nothing()
    {
        await server.AddPodAsync("/back/pod");
        await server.AddAsync("/back/app");
        var read = await server.GetAsync("/v2/groups/back");
        var plan = await server.SendAsync("PUT", "/v2/groups/back?dryRun=true", Without(read.Json, "version"));
        plan.Status.ShouldBe(HttpStatusCode.OK, plan.Text);
        plan.Json.GetProperty("steps").GetArrayLength().ShouldBe(0);
        plan.Json.GetProperty("changes").EnumerateArray().ShouldAllBe(change => change.Text("change") == "none");
    }

    [Fact]
    public async Task Problems_of_pods_in_groups_are_told_with_their_place()
    {
        (await server.SendAsync("PUT", "/v2/groups/wrong", """{"groups":[{"id":"in","pods":[{"id":"p","containers":[{"name":"A","resources":{}}]}]}]}""")).Problems
            .ShouldBe(["/groups(0)/pods(0)/containers(0)/name: must match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"]);
        (await server.SendAsync("PUT", "/v2/groups/wrong", $$"""{"pods":[{"id":"/elsewhere/p","containers":[{{One}}]}]}""")).Problems.ShouldBe(["/pods(0)/id: Identifier is not child of '/wrong'"]);
        (await server.SendAsync("PUT", "/v2/groups/wrong", $$"""{"pods":[{"id":"x","containers":[{{One}}]}],"apps":[{"id":"x","cmd":"a"}]}""")).Problems
            .ShouldBe(["/: Applications and Pods may not share the same id: /wrong/x"]);
        (await server.GetAsync("/v2/groups/wrong")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Pods_go_with_their_group_and_come_back_with_its_version()
    {
        var made = await server.ChangeAsync("PUT", "/v2/groups/gone", $$"""{"pods":[{"id":"pod","containers":[{{One}}]}]}""", HttpStatusCode.OK);
        var version = (await server.GetAsync("/v2/groups/gone")).Json.Text("version");
        await server.ChangeAsync("PUT", "/v2/groups/gone", """{"pods":[]}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/pods/gone/pod")).Status.ShouldBe(HttpStatusCode.NotFound);
        Pods(await server.GetAsync("/v2/groups/gone/versions/" + version)).ShouldBe(["/gone/pod"]);
        await server.ChangeAsync("PUT", "/v2/groups/gone", $$"""{"version":"{{version}}"}""", HttpStatusCode.OK);
        (await server.PodStatusAsync("/gone/pod")).Text("status").ShouldBe("STABLE");
        await server.ChangeAsync("DELETE", "/v2/groups/gone", null, HttpStatusCode.OK);
        (await server.GetAsync("/v2/pods/gone/pod")).Status.ShouldBe(HttpStatusCode.NotFound);
        made.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_group_that_is_scaled_leaves_its_pods_as_they_are()
    {
        await server.ChangeAsync("PUT", "/v2/groups/scaled", $$"""{"pods":[{"id":"pod","containers":[{{One}}]}],"apps":[{"id":"app","cmd":"sleep 1"}]}""", HttpStatusCode.OK);
        await server.ChangeAsync("PUT", "/v2/groups/scaled", """{"scaleBy":2}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/scaled/app")).Json.GetProperty("app").GetProperty("instances").GetInt32().ShouldBe(2);
        (await server.PodStatusAsync("/scaled/pod")).Instances().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_pod_has_the_role_that_its_group_enforces()
    {
        await server.ChangeAsync("POST", "/v2/groups", """{"id":"/team","enforceRole":true}""", HttpStatusCode.Created);
        (await server.AddPodAsync("/team/pod", instances: 0)).Json.Text("role").ShouldBe("team");
        (await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/team/other", members: "\"role\":\"*\""))).Problems.ShouldBe(["/role: got *, expected one of: [team]"]);
    }

    private static List<string> Pods(Answer group) => [.. group.Json.GetProperty("pods").EnumerateArray().Select(pod => pod.Text("id")).Order(StringComparer.Ordinal)];

    private static string Without(JsonElement json, string name)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(json.GetRawText())!.AsObject();
        node.Remove(name);
        return node.ToJsonString();
    }
}
