using System.Net;
using System.Text.Json;

namespace Platform.Api.Tests.Marathon;

public sealed class GroupsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task A_group_is_made_with_all_that_is_in_it_in_order_of_dependencies()
    {
        var created = await server.ChangeAsync("POST", "/v2/groups", """
            {"id":"/shop","groups":[
              {"id":"db","apps":[{"id":"pg","cmd":"a","cpus":0.1}]},
              {"id":"web","dependencies":["../db"],"apps":[{"id":"front","cmd":"b","cpus":0.1,"dependencies":["back"]},{"id":"back","cmd":"c","cpus":0.1}]}]}
            """, HttpStatusCode.Created);
        created.Headers["Location"].ShouldBe("/v2/groups/shop");
        var shop = (await server.GetAsync("/v2/groups/shop")).Json;
        shop.GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("id").GetString()).ShouldBe(["/shop/db", "/shop/web"]);
        var web = shop.GetProperty("groups")[1];
        web.GetProperty("dependencies")[0].GetString().ShouldBe("/shop/db");
        web.GetProperty("apps")[1].GetProperty("dependencies")[0].GetString().ShouldBe("/shop/web/back");
        shop.GetProperty("enforceRole").GetBoolean().ShouldBeFalse();
        web.GetProperty("apps")[0].TryGetProperty("tasksRunning", out _).ShouldBeFalse();
        (await server.GetAsync("/v2/groups/shop?embed=group.groups&embed=group.apps&embed=group.apps.counts")).Json
            .GetProperty("groups")[0].GetProperty("apps")[0].GetProperty("tasksRunning").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_group_that_is_there_and_a_path_of_an_app_cannot_be_made_again()
    {
        await server.AddAsync("/taken/app");
        var group = await server.SendAsync("POST", "/v2/groups", """{"id":"/taken"}""");
        (group.Status, group.Message).ShouldBe((HttpStatusCode.Conflict, "Group /taken is already created. Use PUT to change this group."));
        var app = await server.SendAsync("POST", "/v2/groups", """{"id":"/taken/app"}""");
        (app.Status, app.Message).ShouldBe((HttpStatusCode.Conflict, "An app with the path /taken/app already exists."));
    }

    [Fact]
    public async Task What_an_update_leaves_out_of_a_list_is_removed_and_what_it_does_not_mention_stays()
    {
        await server.ChangeAsync("PUT", "/v2/groups/upd", """{"apps":[{"id":"a","cmd":"x","cpus":0.1},{"id":"b","cmd":"x","cpus":0.1}],"groups":[{"id":"g","apps":[{"id":"c","cmd":"x","cpus":0.1}]}]}""", HttpStatusCode.OK);
        await server.ChangeAsync("PUT", "/v2/groups/upd", """{"apps":[{"id":"a","cmd":"y","cpus":0.1}]}""", HttpStatusCode.OK);
        (await Apps("/upd")).ShouldBe(["/upd/a", "/upd/g/c"]);
        await server.ChangeAsync("PUT", "/v2/groups/upd", """{"groups":[]}""", HttpStatusCode.OK);
        (await Apps("/upd")).ShouldBe(["/upd/a"]);
    }

    [Fact]
    public async Task A_group_is_scaled_and_returned_to_an_older_version()
    {
        var first = await server.ChangeAsync("PUT", "/v2/groups/sc", """{"apps":[{"id":"a","cmd":"x","cpus":0.1,"instances":2},{"id":"b","cmd":"x","cpus":0.1,"instances":3}]}""", HttpStatusCode.OK);
        await server.ChangeAsync("PUT", "/v2/groups/sc", """{"scaleBy":1.5}""", HttpStatusCode.OK);
        // 2 x 1.5 = 3, 3 x 1.5 = 4.5 and up to 5.
        (await Instances("/sc")).ShouldBe([3, 5]);
        await server.ChangeAsync("PUT", "/v2/groups/sc", $$"""{"version":"{{first.Json.GetProperty("version").GetString()}}"}""", HttpStatusCode.OK);
        (await Instances("/sc")).ShouldBe([2, 3]);
        (await server.GetAsync("/v2/groups/versions")).Json.EnumerateArray().Select(v => v.GetString()).ShouldContain(first.Json.GetProperty("version").GetString());
        (await server.GetAsync("/v2/groups/sc/versions")).Json.ValueKind.ShouldBe(JsonValueKind.Array);
        (await server.GetAsync($"/v2/groups//sc/versions/{first.Json.GetProperty("version").GetString()}")).Json.GetProperty("apps").GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"scaleBy":2,"apps":[]}""", "/scaleBy: not allowed in conjunction with other properties.")]
    [InlineData("""{"apps":[{"id":"/elsewhere/a","cmd":"x"}]}""", "/apps(0)/id: Identifier is not child of '/bad'")]
    [InlineData("""{"apps":[{"id":"a"}]}""", "/apps(0): AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.")]
    [InlineData("""{"groups":[{"id":"g","groups":[{"apps":[]}]}]}""", "/groups(0)/groups(0)/id: error.path.missing")]
    [InlineData("""{"groups":[{"id":"g","enforceRole":true}]}""", "/groups(0)/enforceRole: enforceRole can only be set for top-level groups, and /bad/g is not top-level")]
    [InlineData("""{"apps":{}}""", "/apps: error.expected.jsarray")]
    public async Task An_invalid_group_is_refused_as_a_whole(string json, string problem)
    {
        var answer = await server.SendAsync("PUT", "/v2/groups/bad", json);
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Problems.ShouldContain(problem);
        (await server.GetAsync("/v2/groups/bad")).Message.ShouldBe("Group '/bad' does not exist");
    }

    [Fact]
    public async Task A_circle_of_dependencies_is_refused()
    {
        var answer = await server.SendAsync("PUT", "/v2/groups/circle", """{"apps":[{"id":"a","cmd":"x","dependencies":["b"]},{"id":"b","cmd":"x","dependencies":["a"]}]}""");
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Problems[0].ShouldStartWith("/: Dependency graph has cyclic dependencies");
    }

    [Fact]
    public async Task A_group_that_enforces_its_role_gives_it_to_its_apps()
    {
        await server.ChangeAsync("PUT", "/v2/groups/dev", """{"enforceRole":true}""", HttpStatusCode.OK);
        (await server.GetAsync("/v2/groups/dev")).Json.GetProperty("enforceRole").GetBoolean().ShouldBeTrue();
        var refused = await server.SendAsync("POST", "/v2/apps", """{"id":"/dev/a","cmd":"x","role":"*"}""");
        refused.Problems.ShouldBe(["/role: got *, expected one of: [dev]"]);
        (await server.SendAsync("POST", "/v2/apps?dryRun=true", """{"id":"/dev/a","cmd":"x"}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PATCH", "/v2/groups/dev", """{"enforceRole":false}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PATCH", "/v2/groups/dev/sub", """{"enforceRole":true}""")).Problems.ShouldBe(["/: Path needs to be top-level"]);
        (await server.SendAsync("PATCH", "/v2/groups/never", """{"enforceRole":true}""")).Message.ShouldBe("Group '/never' does not exist");
    }

    [Theory]
    [InlineData("true", "", 422)]
    [InlineData("false", ",\"role\":\"*\"", 200)]
    public async Task Apps_of_groups_below_get_the_role_that_the_request_makes_the_top_level_group_enforce(string enforce, string member, int status)
    {
        // The role "*" is not among those that an enforcing group allows.
        var path = "/v2/groups/top" + enforce;
        var refused = await server.SendAsync("PUT", path + "?dryRun=true", $$"""{"enforceRole":{{enforce}},"groups":[{"id":"sub","apps":[{"id":"a","cmd":"aa","instances":0,"role":"*"}]}]}""");
        ((int)refused.Status).ShouldBe(status, refused.Text);
        await server.ChangeAsync("PUT", path, $$"""{"enforceRole":{{enforce}},"groups":[{"id":"sub","apps":[{"id":"a","cmd":"aa","instances":0{{member}}}]}]}""", HttpStatusCode.OK);
        (await server.GetAsync($"/v2/apps/top{enforce}/sub/a")).Json.GetProperty("app").GetProperty("role").GetString().ShouldBe(enforce == "true" ? "toptrue" : "*");
        (await server.SendAsync("PUT", path, """{"groups":[{"id":"sub","apps":[{"id":"a","cmd":"aa","role":"other"}]}]}""")).Problems[0].ShouldStartWith("/groups(0)/apps(0)/role: got other, expected one of:");
    }

    [Fact]
    public async Task What_the_role_of_apps_is_cannot_be_changed_together_with_any_apps()
    {
        await server.ChangeAsync("PUT", "/v2/groups/unenforced", """{"enforceRole":false}""", HttpStatusCode.OK);
        await server.ChangeAsync("PUT", "/v2/groups/unrelated", "{}", HttpStatusCode.OK);
        // Every other group is named too: what the root's list leaves out would be removed.
        var others = (await server.GetAsync("/v2/groups?embed=group.groups")).Json.GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("id").GetString()!)
            .Where(id => id is not ("/unenforced" or "/unrelated")).Select(id => $$"""{"id":"{{id}}"},""");
        var refused = await server.SendAsync("PUT", "/v2/groups", $$"""
            {"id":"/","groups":[{"id":"unrelated","apps":[{"id":"a","cmd":"sleep 1","instances":0}]},{"id":"/unenforced","enforceRole":true},{{string.Concat(others).TrimEnd(',')}}]}
            """.Replace(",]", "]", StringComparison.Ordinal));
        refused.Problems.ShouldBe(["/groups(1)/enforceRole: enforceRole cannot be modified in a request that adds, removes or modifies services; please make these changes in separate requests."]);
        (await server.GetAsync("/v2/apps/unrelated/a")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_group_is_returned_to_a_version_by_its_address()
    {
        var first = await server.ChangeAsync("PUT", "/v2/groups/back", """{"apps":[{"id":"a","cmd":"aa","instances":0}]}""", HttpStatusCode.OK);
        await server.ChangeAsync("PUT", "/v2/groups/back", """{"apps":[{"id":"a","cmd":"bb","instances":0}]}""", HttpStatusCode.OK);
        await server.ChangeAsync("PUT", $"/v2/groups/back/versions/{first.Json.GetProperty("version").GetString()}", null, HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/back/a")).Json.GetProperty("app").GetProperty("cmd").GetString().ShouldBe("aa");
        (await server.SendAsync("PUT", "/v2/groups/back/versions/yesterday")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await server.SendAsync("PUT", "/v2/groups/back/versions/2001-01-01T00:00:00.000Z")).Message.ShouldBe("Group /back not available in version 2001-01-01T00:00:00.000Z");
    }

    [Fact]
    public async Task A_group_has_the_versions_in_which_it_was_there()
    {
        var before = await server.ChangeAsync("PUT", "/v2/groups/early", """{"apps":[{"id":"a","cmd":"aa","instances":0}]}""", HttpStatusCode.OK);
        var made = await server.ChangeAsync("PUT", "/v2/groups/late", """{"apps":[{"id":"a","cmd":"aa","instances":0}]}""", HttpStatusCode.OK);
        var removed = await server.ChangeAsync("DELETE", "/v2/groups/early", null, HttpStatusCode.OK);
        var versions = (await server.GetAsync("/v2/groups/late/versions")).Json.EnumerateArray().Select(v => v.GetString()!).ToList();
        versions.ShouldNotContain(Version(before));
        versions.ShouldContain(Version(made));
        versions.ShouldContain(Version(removed));
        (await server.GetAsync("/v2/groups/versions")).Json.EnumerateArray().Select(v => v.GetString()!).ShouldContain(Version(before));

        static string Version(Answer answer) => answer.Json.GetProperty("version").GetString()!;
    }

    [Fact]
    public async Task A_group_cannot_be_scaled_beyond_what_an_app_may_have()
    {
        await server.ChangeAsync("PUT", "/v2/groups/big", """{"apps":[{"id":"a","cmd":"aa","instances":2}]}""", HttpStatusCode.OK);
        var answer = await server.SendAsync("PUT", "/v2/groups/big", """{"scaleBy":1e9}""");
        answer.Problems.ShouldBe(["/scaleBy: 2 instances of /big/a times 1000000000 are more than 100000"]);
        (await server.GetAsync("/v2/apps/big/a")).Json.GetProperty("app").GetProperty("instances").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_removed_group_is_gone_with_its_apps()
    {
        await server.AddAsync("/gone/deep/app");
        await server.ChangeAsync("DELETE", "/v2/groups/gone", null, HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/gone/deep/app")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/v2/groups/gone")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("DELETE", "/v2/groups/gone")).Message.ShouldBe("Group '/gone' does not exist");
    }

    [Fact]
    public async Task The_root_is_always_there()
    {
        foreach (var path in new[] { "/v2/groups", "/v2/groups/", "/v2/groups//", "/marathon/v2/groups" })
            (await server.GetAsync(path)).Json.GetProperty("id").GetString().ShouldBe("/");
    }

    private async Task<List<string>> Apps(string group) =>
        [.. (await server.GetAsync($"/v2/groups{group}/apps")).Json.EnumerateArray().Select(a => a.GetProperty("id").GetString()!)];

    private async Task<List<int>> Instances(string group) =>
        [.. (await server.GetAsync($"/v2/groups{group}")).Json.GetProperty("apps").EnumerateArray().Select(a => a.GetProperty("instances").GetInt32())];
}
