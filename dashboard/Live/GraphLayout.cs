namespace Platform.Dashboard.Live;

/// <summary>Puts a graph without circles into layers: each node below all that it follows, and near to them.</summary>
/// <param name="Nodes">The nodes, each with its place.</param>
/// <param name="Edges">Who follows whom.</param>
/// <param name="Layers">How many layers there are.</param>
/// <param name="Widest">How many places the widest layer has.</param>
public sealed record GraphLayout(IReadOnlyList<GraphPlace> Nodes, IReadOnlyList<GraphEdge> Edges, int Layers, int Widest)
{
    /// <summary>How often layers are put in order, down and up.</summary>
    private const int Sweeps = 4;

    /// <summary>Lays it out.</summary>
    /// <param name="nodes">Each node with those that it follows; those that are no nodes, and edges that would close a circle, are left out.</param>
    public static GraphLayout Of(IEnumerable<(string Id, IEnumerable<string> Parents)> nodes)
    {
        var given = nodes.DistinctBy(node => node.Id, StringComparer.Ordinal).ToList();
        var index = given.Select((node, at) => (node.Id, at)).ToDictionary(StringComparer.Ordinal);
        var parents = given.Select(node => node.Parents.Distinct(StringComparer.Ordinal).Where(index.ContainsKey).Select(parent => index[parent]).ToList()).ToList();
        var layer = LayersOf(parents);
        var edges = Enumerable.Range(0, given.Count).SelectMany(to => parents[to].Where(from => layer[from] < layer[to]).Select(from => (From: from, To: to))).ToList();
        // An edge over several layers has a place in each between, so that it passes beside the nodes there.
        var (layers, count) = (Enumerable.Range(0, layer.DefaultIfEmpty(-1).Max() + 1).Select(_ => new List<int>()).ToList(), given.Count);
        foreach (var at in Enumerable.Range(0, count).OrderBy(at => given[at].Id, StringComparer.Ordinal))
            layers[layer[at]].Add(at);
        var (steps, ways) = (new List<(int From, int To)>(), new List<List<int>>());
        foreach (var (from, to) in edges)
        {
            var (last, way) = (from, new List<int>());
            for (var between = layer[from] + 1; between < layer[to]; between++)
            {
                way.Add(count);
                layers[between].Add(count);
                steps.Add((last, count));
                last = count++;
            }
            steps.Add((last, to));
            ways.Add(way);
        }
        Arrange(layers, steps, count);
        var places = new GraphPlace[count];
        for (var i = 0; i < layers.Count; i++)
        {
            for (var j = 0; j < layers[i].Count; j++)
                places[layers[i][j]] = new(layers[i][j] < given.Count ? given[layers[i][j]].Id : "", i, j, layers[i].Count);
        }
        return new(
            places[..given.Count], [.. edges.Select((edge, at) => new GraphEdge(edge.From, edge.To, [.. ways[at].Select(via => places[via])]))],
            layers.Count, layers.Select(one => one.Count).DefaultIfEmpty().Max());
    }

    // The longest way from a beginning. What closes a circle does not count.
    private static int[] LayersOf(List<List<int>> parents)
    {
        var (layer, state) = (new int[parents.Count], new byte[parents.Count]);
        for (var start = 0; start < parents.Count; start++)
        {
            var open = new Stack<(int Node, int Next)>();
            open.Push((start, 0));
            while (open.TryPop(out var top))
            {
                var (node, next) = top;
                if (next == 0 && state[node] != 0)
                    continue;
                state[node] = 1;
                if (next > 0 && state[parents[node][next - 1]] == 2)
                    layer[node] = Math.Max(layer[node], layer[parents[node][next - 1]] + 1);
                if (next == parents[node].Count)
                {
                    state[node] = 2;
                    continue;
                }
                open.Push((node, next + 1));
                open.Push((parents[node][next], 0));
            }
        }
        return layer;
    }

    // Each node stands where its neighbours in the layer before are on the average: fewer edges cross.
    private static void Arrange(List<List<int>> layers, List<(int From, int To)> edges, int count)
    {
        var (up, down) = (edges.ToLookup(edge => edge.To, edge => edge.From), edges.ToLookup(edge => edge.From, edge => edge.To));
        var at = new double[count];
        void Place(List<int> layer)
        {
            for (var i = 0; i < layer.Count; i++)
                at[layer[i]] = (i + 1.0) / (layer.Count + 1);
        }
        void Sort(List<int> layer, ILookup<int, int> neighbours)
        {
            var wish = layer.ToDictionary(node => node, node => neighbours[node].Select(other => at[other]).DefaultIfEmpty(at[node]).Average());
            var order = layer.OrderBy(node => wish[node]).ToList();
            layer.Clear();
            layer.AddRange(order);
            Place(layer);
        }
        layers.ForEach(Place);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var i = 1; i < layers.Count; i++)
                Sort(layers[i], up);
            for (var i = layers.Count - 2; i >= 0; i--)
                Sort(layers[i], down);
        }
    }
}

/// <summary>Where a node is.</summary>
/// <param name="Id">The node.</param>
/// <param name="Layer">Its layer, from 0.</param>
/// <param name="Slot">Its place in the layer, from 0.</param>
/// <param name="Slots">How many places the layer has.</param>
public sealed record GraphPlace(string Id, int Layer, int Slot, int Slots);

/// <summary>Who follows whom.</summary>
/// <param name="From">The index of the node that is followed.</param>
/// <param name="To">The index of the one that follows.</param>
/// <param name="Via">The places that it passes in the layers between, from above.</param>
public sealed record GraphEdge(int From, int To, IReadOnlyList<GraphPlace> Via);
