using System.Text.Json.Nodes;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class DefinitionJsonTests
{
    [Fact]
    public void Texts_and_references_to_secrets_do_not_touch_each_other()
    {
        var root = Parse("""{"env": {"A": "1", "B": {"secret": "pw"}}}""");
        DefinitionJson.Texts(root, "env").ShouldBe(new Dictionary<string, string> { ["A"] = "1" });
        DefinitionJson.Members(root, "env", "secret").ShouldBe(new Dictionary<string, string> { ["B"] = "pw" });

        DefinitionJson.SetTexts(root, "env", new Dictionary<string, string> { ["C"] = "2" });
        DefinitionJson.SetMembers(root, "env", "secret", new Dictionary<string, string> { ["D"] = "key" });
        root.ToJsonString().ShouldBe("""{"env":{"C":"2","D":{"secret":"key"}}}""");

        DefinitionJson.SetTexts(root, "env", new Dictionary<string, string>());
        DefinitionJson.SetMembers(root, "env", "secret", new Dictionary<string, string>());
        root.ToJsonString().ShouldBe("{}");
    }

    [Fact]
    public void Rows_that_go_take_what_is_empty_without_them_along()
    {
        var root = Parse("""{"scheduling": {"placement": {"constraints": [{"fieldName": "hostname"}]}}}""");
        DefinitionJson.SetRows(root, "scheduling.placement.constraints", null);
        root.ToJsonString().ShouldBe("{}");
        DefinitionJson.SetRows(root, "container.volumes", null);
        root.ToJsonString().ShouldBe("{}");
        DefinitionJson.SetRows(root, "container.volumes", [new JsonObject { ["containerPath"] = "data" }]);
        root.ToJsonString().ShouldBe("""{"container":{"type":"MESOS","volumes":[{"containerPath":"data"}]}}""");
        DefinitionJson.SetRows(root, "container.volumes", null);
        DefinitionJson.Settle(root);
        root.ToJsonString().ShouldBe("{}");
    }

    [Fact]
    public void An_address_alone_is_a_row_too()
    {
        DefinitionJson.Rows(Parse("""{"fetch": ["http://a/b", {"uri": "http://c/d"}]}"""), "fetch")!.ToJsonString().ShouldBe("""[{"uri":"http://a/b"},{"uri":"http://c/d"}]""");
        DefinitionJson.Rows(Parse("""{"constraints": [["hostname", "UNIQUE"]]}"""), "constraints")!.ToJsonString().ShouldBe("""[["hostname","UNIQUE"]]""");
    }

    [Theory]
    [InlineData("""{"container": {"docker": {"image": "nginx"}}}""", """{"container":{"docker":{"image":"nginx"},"type":"DOCKER"}}""")]
    [InlineData("""{"container": {"type": "DOCKER"}}""", "{}")]
    [InlineData("""{"container": {"type": "MESOS", "docker": {"image": "nginx"}}}""", """{"container":{"type":"MESOS","docker":{"image":"nginx"}}}""")]
    [InlineData("""{"containers": [{"image": {"id": "nginx"}}, {"image": {"kind": "DOCKER"}}], "scaling": {"instances": 2}}""", """{"containers":[{"image":{"id":"nginx","kind":"DOCKER"}},{}],"scaling":{"instances":2,"kind":"fixed"}}""")]
    public void What_has_to_go_with_it_is_written(string json, string expected)
    {
        var root = Parse(json);
        DefinitionJson.Settle(root);
        root.ToJsonString().ShouldBe(expected);
    }

    [Fact]
    public void The_first_persistent_volume_waits_for_its_agent_and_lets_nothing_start_beside_it()
    {
        var app = Parse("""{"upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1}, "unreachableStrategy": {"inactiveAfterSeconds": 0}}""");
        DefinitionJson.SettleResident(app);
        app.ToJsonString().ShouldBe("""{"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0},"unreachableStrategy":"disabled"}""");
        var pod = Parse("""{"containers": []}""");
        DefinitionJson.SettleResident(pod);
        pod.ToJsonString().ShouldBe("""{"containers":[],"scheduling":{"unreachableStrategy":"disabled","upgrade":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}}""");
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
