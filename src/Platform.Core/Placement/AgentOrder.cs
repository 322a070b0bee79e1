using System.Runtime.Intrinsics;

namespace Platform.Core.Placement;

/// <summary>
/// Agents from the fullest to the emptiest, in a treap whose nodes know the most that is free below them, so that the
/// first agent with enough room is found, and an agent moved, in logarithmic time. Equal agents are in order of their number.
/// Agents may be divided into several orders that share their nodes: one for each value of a field.
/// </summary>
internal sealed partial class AgentOrder
{
    private const int Nowhere = -1;

    private readonly List<Place> pending = [];
    private Node[] nodes = [];
    private int[] roots = [-1];

    public AgentOrder Clone() => new() { nodes = [.. nodes], roots = [.. roots] };

    public bool Has(int agent) => agent < nodes.Length && nodes[agent].Order != Nowhere;

    public long KeyOf(int agent) => nodes[agent].Key;

    /// <summary>Notes where an agent belongs from the next <see cref="Settle"/> on; until then nothing may be searched for.</summary>
    public void Move(int agent, long key, in Vector512<long> room, int order = 0)
    {
        if (agent >= nodes.Length) Grow(agent);
        nodes[agent].Free = room;
        pending.Add(new Place(order, key, agent));
    }

    /// <summary>Moves all agents that <see cref="Move"/> was called for: many together cost much less than one by one.</summary>
    public void Settle()
    {
        if (pending.Count <= FewMoves)
        {
            foreach (var place in pending)
            {
                Remove(place.Agent);
                Assign(place);
                ref var node = ref nodes[place.Agent];
                (node.Left, node.Right, node.Most) = (-1, -1, node.Free);
                roots[place.Order] = Insert(roots[place.Order], place.Agent);
            }
        }
        else
        {
            MoveMany();
        }

        pending.Clear();
    }

    public void Remove(int agent)
    {
        if (!Has(agent)) return;
        ref var node = ref nodes[agent];
        roots[node.Order] = Delete(roots[node.Order], agent);
        node.Order = Nowhere;
    }

    /// <summary>The first agent in order with enough room that the filter accepts; -1 when there is none.</summary>
    public int First<TFilter>(in Vector512<long> need, ref TFilter filter, int order = 0) where TFilter : struct, IAgentFilter =>
        First(RootOf(order), need, ref filter);

    /// <summary>The same, but only agents behind <paramref name="agent"/> in its order.</summary>
    public int FirstAfter<TFilter>(int agent, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter =>
        FirstAfter(roots[nodes[agent].Order], agent, need, ref filter);

    /// <summary>The last agent in order with enough room that the filter accepts; -1 when there is none.</summary>
    public int Last<TFilter>(in Vector512<long> need, ref TFilter filter, int order = 0) where TFilter : struct, IAgentFilter =>
        Last(RootOf(order), need, ref filter);

    private int RootOf(int order) => order < roots.Length ? roots[order] : -1;

    private int First<TFilter>(int at, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter
    {
        while (at >= 0)
        {
            ref var node = ref nodes[at];
            if (!Vector512.GreaterThanOrEqualAll(node.Most, need)) return -1;
            var found = First(node.Left, need, ref filter);
            if (found >= 0) return found;
            if (Vector512.GreaterThanOrEqualAll(node.Free, need) && filter.Accepts(at)) return at;
            at = node.Right;
        }

        return -1;
    }

    private int FirstAfter<TFilter>(int at, int agent, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter
    {
        while (at >= 0)
        {
            ref var node = ref nodes[at];
            if (!Vector512.GreaterThanOrEqualAll(node.Most, need)) return -1;
            if (!Before(agent, at))
            {
                at = node.Right;
                continue;
            }

            var found = FirstAfter(node.Left, agent, need, ref filter);
            if (found >= 0) return found;
            if (Vector512.GreaterThanOrEqualAll(node.Free, need) && filter.Accepts(at)) return at;
            return First(node.Right, need, ref filter);
        }

        return -1;
    }

    private int Last<TFilter>(int at, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter
    {
        while (at >= 0)
        {
            ref var node = ref nodes[at];
            if (!Vector512.GreaterThanOrEqualAll(node.Most, need)) return -1;
            var found = Last(node.Right, need, ref filter);
            if (found >= 0) return found;
            if (Vector512.GreaterThanOrEqualAll(node.Free, need) && filter.Accepts(at)) return at;
            at = node.Left;
        }

        return -1;
    }

    private void Assign(in Place place)
    {
        if (place.Order >= roots.Length)
        {
            var before = roots.Length;
            Array.Resize(ref roots, Math.Max(place.Order + 1, before * 2));
            Array.Fill(roots, -1, before, roots.Length - before);
        }

        nodes[place.Agent].Key = place.Key;
        nodes[place.Agent].Order = place.Order;
    }

    private void Grow(int agent)
    {
        var before = nodes.Length;
        Array.Resize(ref nodes, Math.Max(16, Math.Max(agent + 1, before * 2)));
        for (var i = before; i < nodes.Length; i++) nodes[i].Order = Nowhere;
    }

    /// <summary>What is asked together lies together: a search at a new node waits for memory once.</summary>
    private struct Node
    {
        /// <summary>The most that is free on any agent of the subtree, kind by kind.</summary>
        public Vector512<long> Most;
        public Vector512<long> Free;
        public long Key;
        public int Left;
        public int Right;
        public int Order;
    }

    /// <summary>Where an agent is or belongs; sorts as the orders do.</summary>
    private readonly record struct Place(int Order, long Key, int Agent) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            if (Order != other.Order) return Order < other.Order ? -1 : 1;
            if (Key != other.Key) return Key < other.Key ? -1 : 1;
            return Agent.CompareTo(other.Agent);
        }
    }
}
