using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class GraphLayoutTests
{
    private static GraphLayout Of(params (string Id, string[] Parents)[] nodes) => GraphLayout.Of(nodes.Select(node => (node.Id, node.Parents.AsEnumerable())));

    [Fact]
    public void Each_node_stands_below_all_that_it_follows()
    {
        // a -> b -> d and a -> d: d is as deep as the longest way to it.
        var layout = Of(("d", ["a", "b"]), ("b", ["a"]), ("a", []), ("c", []));

        layout.Nodes.ToDictionary(node => node.Id, node => node.Layer).ShouldBe(new Dictionary<string, int> { ["d"] = 2, ["b"] = 1, ["a"] = 0, ["c"] = 0 }, ignoreOrder: true);
        layout.Layers.ShouldBe(3);
        layout.Widest.ShouldBe(2);
        layout.Edges.Count.ShouldBe(3);
        // The edge from a to d passes beside b.
        var passes = layout.Edges.Single(edge => edge.Via.Count > 0).Via.Single();
        passes.Layer.ShouldBe(1);
        passes.Slot.ShouldNotBe(layout.Nodes[1].Slot);
    }

    [Fact]
    public void Edges_do_not_cross_where_they_need_not()
    {
        // By name it would be y under b and x under a, crossed.
        var layout = Of(("a", []), ("b", []), ("y", ["a"]), ("x", ["b"]));
        var places = layout.Nodes.ToDictionary(node => node.Id);

        (places["a"].Slot < places["b"].Slot).ShouldBe(places["y"].Slot < places["x"].Slot);
    }

    [Fact]
    public void What_is_not_there_and_what_closes_a_circle_is_left_out()
    {
        var layout = Of(("a", ["b", "elsewhere"]), ("b", ["a"]), ("b", []));

        layout.Nodes.Count.ShouldBe(2);
        layout.Edges.ShouldAllBe(edge => layout.Nodes[edge.From].Layer < layout.Nodes[edge.To].Layer);
        layout.Edges.Count.ShouldBe(1);
        Of().Layers.ShouldBe(0);
    }

    [Fact]
    public void Any_graph_has_each_place_once()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var nodes = Enumerable.Range(0, 40).Select(i => ($"n{i}", Enumerable.Range(0, i).Where(_ => random.Next(12) == 0).Select(parent => $"n{parent}").ToArray())).ToArray();
            var layout = Of(nodes);

            layout.Nodes.Concat(layout.Edges.SelectMany(edge => edge.Via)).CountBy(place => (place.Layer, place.Slot)).ShouldAllBe(place => place.Value == 1, $"seed {seed}");
            layout.Nodes.ShouldAllBe(node => node.Slot < node.Slots && node.Slots <= layout.Widest, $"seed {seed}");
            layout.Edges.Count.ShouldBe(nodes.Sum(node => node.Item2.Length), $"seed {seed}");
            layout.Edges.ShouldAllBe(edge => layout.Nodes[edge.From].Layer < layout.Nodes[edge.To].Layer, $"seed {seed}");
        }
    }
}
