using Platform.Core.Collections;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class ServiceGraphTests
{
    private static readonly Dictionary<string, ValueList<string>> NoGroups = [];

    private static AppSummary App(string id, string[]? dependencies = null, params string[] env) =>
        new() { Id = id, Version = "1", Dependencies = [.. dependencies ?? []], Hosts = ServiceGraph.HostsIn(env) };

    private static ServiceLine Service(string name, string? app, string addresses = "") => new(name, 1, 1, "Ready", "good", app, "", addresses);

    private static Dictionary<string, AppSummary> Apps(params AppSummary[] apps) => apps.ToDictionary(app => app.Id);

    private static string Draw(IReadOnlyList<ServiceNode> nodes) => string.Join("; ", nodes.Select(node => $"{node.Id} -> {string.Join(',', node.Needs)}"));

    [Fact]
    public void Dependencies_of_an_app_and_of_the_groups_that_it_is_in_are_needs()
    {
        var groups = new Dictionary<string, ValueList<string>> { ["/shop"] = ["/base"], ["/"] = ["/shop/db"] };
        var nodes = ServiceGraph.Of(Apps(App("/shop/front/web", ["/shop/db"]), App("/base/log")), groups, []);

        // /base/log is in no group but the root, whose need is /shop/db.
        Draw(nodes).ShouldBe("/base -> ; /base/log -> /shop/db; /shop/db -> ; /shop/front/web -> /base,/shop/db");
    }

    [Fact]
    public void A_group_does_not_need_what_is_inside_it()
    {
        var groups = new Dictionary<string, ValueList<string>> { ["/shop"] = ["/shop/db"] };

        Draw(ServiceGraph.Of(Apps(App("/shop/db"), App("/shop/web")), groups, [])).ShouldBe("/shop/db -> ; /shop/web -> /shop/db");
    }

    [Theory]
    [InlineData("http://db-shop.marathon.mesos:5432/x")]
    [InlineData("postgres://u:p@db.shop.marathon:5432")]
    [InlineData("one, shop-db.marathon.l4lb.thisdcos.directory:80")]
    [InlineData("DB-SHOP.marathon.containerip.dcos.thisdcos.directory")]
    public void A_name_of_a_service_in_the_environment_is_a_need(string value) =>
        Draw(ServiceGraph.Of(Apps(App("/shop/db"), App("/web", null, value)), NoGroups, [Service("db.shop.marathon", "/shop/db", "shop-db.marathon.l4lb.thisdcos.directory:80")]))
            .ShouldBe("/shop/db -> ; /web -> /shop/db");

    [Fact]
    public void Services_from_outside_are_needed_by_their_names_and_others_are_not()
    {
        var nodes = ServiceGraph.Of(Apps(App("/web", null, "db.legacy.service.mesos", "nobody.marathon.mesos", "example.com")), NoGroups, [Service("db.legacy", null), Service("web.marathon", "/web")]);

        Draw(nodes).ShouldBe("/web -> db.legacy; db.legacy -> ");
    }

    [Fact]
    public void What_is_searched_for_comes_with_what_it_needs_and_who_needs_it()
    {
        var nodes = ServiceGraph.Of(Apps(App("/a", ["/b"]), App("/b", ["/c"]), App("/other", ["/c"]), App("/x", ["/y"])), NoGroups, []);

        Draw(ServiceGraph.Around("/b", nodes, 10).Nodes).ShouldBe("/a -> /b; /b -> /c; /c -> ");
        var (shown, left) = ServiceGraph.Around(null, nodes, 2);
        (shown.Count, left).ShouldBe((2, 4));
    }
}
