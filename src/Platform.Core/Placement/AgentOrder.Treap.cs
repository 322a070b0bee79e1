using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Platform.Core.Placement;

/// <content>The treap: one agent at a time, and many at once.</content>
internal sealed partial class AgentOrder
{
    /// <summary>Up to so many agents are moved one by one.</summary>
    private const int FewMoves = 4;

    private bool Before(int a, int b) => nodes[a].Key != nodes[b].Key ? nodes[a].Key < nodes[b].Key : a < b;

    /// <summary>The heap priority of a node: its number, scrambled (the finalizer of MurmurHash3), so that no seed is needed.</summary>
    private static uint Priority(int agent)
    {
        var hash = (uint)agent + 0x9E3779B9;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private int Insert(int at, int agent)
    {
        if (at < 0) return agent;
        if (Priority(agent) > Priority(at))
        {
            Split(at, agent, out nodes[agent].Left, out nodes[agent].Right);
            Pull(agent);
            return agent;
        }

        if (Before(agent, at)) nodes[at].Left = Insert(nodes[at].Left, agent);
        else nodes[at].Right = Insert(nodes[at].Right, agent);
        nodes[at].Most = Vector512.Max(nodes[at].Most, nodes[agent].Free);
        return at;
    }

    private int Delete(int at, int agent)
    {
        if (at == agent) return Merge(nodes[at].Left, nodes[at].Right);
        if (Before(agent, at)) nodes[at].Left = Delete(nodes[at].Left, agent);
        else nodes[at].Right = Delete(nodes[at].Right, agent);
        Pull(at);
        return at;
    }

    private void Split(int at, int agent, out int before, out int after)
    {
        if (at < 0)
        {
            before = after = -1;
            return;
        }

        if (Before(at, agent))
        {
            Split(nodes[at].Right, agent, out nodes[at].Right, out after);
            before = at;
        }
        else
        {
            Split(nodes[at].Left, agent, out before, out nodes[at].Left);
            after = at;
        }

        Pull(at);
    }

    private int Merge(int before, int after)
    {
        if (before < 0) return after;
        if (after < 0) return before;
        if (Priority(before) > Priority(after))
        {
            nodes[before].Right = Merge(nodes[before].Right, after);
            Pull(before);
            return before;
        }

        nodes[after].Left = Merge(before, nodes[after].Left);
        Pull(after);
        return after;
    }

    private void Pull(int at)
    {
        ref var node = ref nodes[at];
        var most = node.Free;
        if (node.Left >= 0) most = Vector512.Max(most, nodes[node.Left].Most);
        if (node.Right >= 0) most = Vector512.Max(most, nodes[node.Right].Most);
        node.Most = most;
    }

    /// <summary>
    /// Takes all agents that move out in one walk, makes a treap of them, and joins the two: m of n agents cost m log(n / m)
    /// instead of m log n, and the walks go through the nodes from left to right (Blelloch and Reid-Miller, Fast Set
    /// Operations Using Treaps, 1998).
    /// </summary>
    private void MoveMany()
    {
        var gone = new List<Place>(pending.Count);
        foreach (var place in pending)
            if (Has(place.Agent)) gone.Add(new Place(nodes[place.Agent].Order, nodes[place.Agent].Key, place.Agent));
        var rest = Sorted(gone);
        while (!rest.IsEmpty)
        {
            var (order, count) = (rest[0].Order, LengthOfFirst(rest));
            roots[order] = DeleteAll(roots[order], rest[..count]);
            rest = rest[count..];
        }

        rest = Sorted(pending);
        foreach (ref readonly var place in rest) Assign(place);
        while (!rest.IsEmpty)
        {
            var (order, count) = (rest[0].Order, LengthOfFirst(rest));
            roots[order] = Union(roots[order], Build(rest[..count]));
            rest = rest[count..];
        }
    }

    private static ReadOnlySpan<Place> Sorted(List<Place> places)
    {
        var span = CollectionsMarshal.AsSpan(places);
        span.Sort();
        return span;
    }

    /// <summary>How many of the first places are in the same order.</summary>
    private static int LengthOfFirst(ReadOnlySpan<Place> places)
    {
        var count = 1;
        while (count < places.Length && places[count].Order == places[0].Order) count++;
        return count;
    }

    private int DeleteAll(int at, ReadOnlySpan<Place> gone)
    {
        if (at < 0 || gone.IsEmpty) return at;
        var index = gone.BinarySearch(new Place(gone[0].Order, nodes[at].Key, at));
        var (leftEnd, rightStart) = index >= 0 ? (index, index + 1) : (~index, ~index);
        var left = DeleteAll(nodes[at].Left, gone[..leftEnd]);
        var right = DeleteAll(nodes[at].Right, gone[rightStart..]);
        if (index >= 0) return Merge(left, right);
        (nodes[at].Left, nodes[at].Right) = (left, right);
        Pull(at);
        return at;
    }

    /// <summary>A treap of agents in order, in linear time: the right edge is a stack.</summary>
    private int Build(ReadOnlySpan<Place> places)
    {
        var edge = new Stack<int>();
        foreach (ref readonly var place in places)
        {
            var below = -1;
            while (edge.TryPeek(out var last) && Priority(last) < Priority(place.Agent))
            {
                below = edge.Pop();
                Pull(below);
            }

            (nodes[place.Agent].Left, nodes[place.Agent].Right) = (below, -1);
            if (edge.TryPeek(out var parent)) nodes[parent].Right = place.Agent;
            edge.Push(place.Agent);
        }

        var root = -1;
        while (edge.TryPop(out var last)) Pull(root = last);
        return root;
    }

    private int Union(int a, int b)
    {
        if (a < 0) return b;
        if (b < 0) return a;
        if (Priority(a) < Priority(b)) (a, b) = (b, a);
        Split(b, a, out var before, out var after);
        var left = Union(nodes[a].Left, before);
        var right = Union(nodes[a].Right, after);
        (nodes[a].Left, nodes[a].Right) = (left, right);
        Pull(a);
        return a;
    }
}
