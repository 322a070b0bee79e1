using Platform.Core.Groups;

namespace Platform.Core.Tests.Groups;

public class DependencyGraphTests
{
    private static DependencyGraph Graph(Dictionary<string, string[]> apps, Dictionary<string, string[]>? groups = null) => new(
        [.. apps.Select(app => KeyValuePair.Create(app.Key, (IReadOnlyList<string>)app.Value))],
        [.. (groups ?? []).Select(group => KeyValuePair.Create(group.Key, (IReadOnlyList<string>)group.Value))]);

    [Fact]
    public void The_level_is_the_length_of_the_longest_chain()
    {
        var graph = Graph(new() { ["/a"] = ["/b", "/c"], ["/b"] = ["/c"], ["/c"] = ["/d"], ["/d"] = [], ["/e"] = [] });

        // a -> b -> c -> d is longer than a -> c -> d.
        new[] { "/a", "/b", "/c", "/d", "/e" }.Select(graph.LevelOf).ShouldBe([3, 2, 1, 0, 0]);
        graph.HasCycle.ShouldBeFalse();
    }

    [Fact]
    public void To_depend_on_a_group_is_to_depend_on_every_app_below_it()
    {
        var graph = Graph(new() { ["/db/mongo"] = [], ["/db/deep/er"] = ["/base"], ["/base"] = [], ["/web"] = ["/db"] });

        // base 0, er 1, and web comes after both mongo (0) and er (1).
        graph.LevelOf("/web").ShouldBe(2);
    }

    [Fact]
    public void What_a_group_depends_on_holds_for_every_app_below_it()
    {
        var graph = Graph(
            new() { ["/db/mongo"] = [], ["/svc/a"] = [], ["/svc/in/b"] = [], ["/other"] = [] },
            new() { ["/svc"] = ["/db"], ["/svc/in"] = [], ["/db"] = [] });

        new[] { "/db/mongo", "/svc/a", "/svc/in/b", "/other" }.Select(graph.LevelOf).ShouldBe([0, 1, 1, 0]);
    }

    [Fact]
    public void A_path_that_is_not_there_is_no_dependency() => Graph(new() { ["/a"] = ["/gone"] }).LevelOf("/a").ShouldBe(0);

    [Fact]
    public void A_circle_is_found_and_named()
    {
        var graph = Graph(new() { ["/a"] = ["/b"], ["/b"] = ["/c"], ["/c"] = ["/b"], ["/d"] = [] });

        graph.HasCycle.ShouldBeTrue();
        graph.FindCycle().ShouldBe(["/b", "/c"]);
        graph.LevelOf("/d").ShouldBe(0);
    }

    [Fact]
    public void Groups_that_depend_on_each_other_are_a_circle_if_both_have_apps()
    {
        Graph(new() { ["/x/a"] = [], ["/y/b"] = [] }, new() { ["/x"] = ["/y"], ["/y"] = ["/x"] }).FindCycle().ShouldBe(["/x/a", "/y/b"]);
        Graph(new() { ["/x/a"] = [] }, new() { ["/x"] = ["/y"], ["/y"] = ["/x"] }).HasCycle.ShouldBeFalse();
    }

    [Fact]
    public void An_app_that_depends_on_its_own_group_is_a_circle() => Graph(new() { ["/g/a"] = ["/g"] }).FindCycle().ShouldBe(["/g/a"]);

    [Fact]
    public void A_chain_of_ten_thousand_apps_is_measured_without_recursion()
    {
        var apps = Enumerable.Range(0, 10_000).ToDictionary(i => $"/a{i}", i => i == 0 ? [] : new[] { $"/a{i - 1}" });

        Graph(apps).LevelOf("/a9999").ShouldBe(9_999);
    }

    [Fact]
    public void Two_large_groups_cost_no_edge_for_each_pair_of_apps()
    {
        // 20,000 apps that each depend on 20,000 others would be 400 million pairs.
        var apps = Enumerable.Range(0, 20_000).SelectMany(i => new[] { $"/x/a{i}", $"/y/b{i}" }).ToDictionary(id => id, _ => Array.Empty<string>());
        var graph = Graph(apps, new() { ["/x"] = ["/y"] });

        graph.LevelOf("/x/a7").ShouldBe(1);
        graph.LevelOf("/y/b7").ShouldBe(0);
    }
}
