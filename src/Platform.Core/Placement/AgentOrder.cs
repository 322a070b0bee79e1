using System.Runtime.Intrinsics;

namespace Platform.Core.Placement;

/// <summary>
/// Agents from the fullest to the emptiest, in a treap whose nodes know the most that is free below them, so that the
/// first agent with enough room is found, and an agent moved, in logarithmic time. Equal agents are in order of their number.
/// Agents may be divided into several orders that share their arrays: one for each value of a field.
/// </summary>
internal sealed class AgentOrder
{
    private int[] left = [];
    private int[] right = [];
    private long[] keys = [];
    private bool[] present = [];
    private Vector512<long>[] free = [];
    private Vector512<long>[] most = [];
    private int[] orders = [];
    private int[] roots = [-1];

    public int Count { get; private set; }

    public AgentOrder Clone() => new()
    {
        left = [.. left],
        right = [.. right],
        keys = [.. keys],
        present = [.. present],
        free = [.. free],
        most = [.. most],
        orders = [.. orders],
        roots = [.. roots],
        Count = Count,
    };

    public bool Has(int agent) => agent < present.Length && present[agent];

    public long KeyOf(int agent) => keys[agent];

    public void Put(int agent, long key, in Vector512<long> room, int order = 0)
    {
        Remove(agent);
        if (agent >= left.Length) Grow(agent);
        if (order >= roots.Length)
        {
            var before = roots.Length;
            Array.Resize(ref roots, Math.Max(order + 1, before * 2));
            Array.Fill(roots, -1, before, roots.Length - before);
        }

        orders[agent] = order;
        keys[agent] = key;
        free[agent] = most[agent] = room;
        left[agent] = right[agent] = -1;
        present[agent] = true;
        Count++;
        roots[order] = Insert(roots[order], agent);
    }

    public void Remove(int agent)
    {
        if (!Has(agent)) return;
        roots[orders[agent]] = Delete(roots[orders[agent]], agent);
        present[agent] = false;
        Count--;
    }

    /// <summary>The first agent in order with enough room that the filter accepts; -1 when there is none.</summary>
    public int First<TFilter>(in Vector512<long> need, ref TFilter filter, int order = 0) where TFilter : struct, IAgentFilter =>
        First(RootOf(order), need, ref filter);

    /// <summary>The same, but only agents behind <paramref name="agent"/> in its order.</summary>
    public int FirstAfter<TFilter>(int agent, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter =>
        FirstAfter(roots[orders[agent]], agent, need, ref filter);

    /// <summary>The last agent in order with enough room that the filter accepts; -1 when there is none.</summary>
    public int Last<TFilter>(in Vector512<long> need, ref TFilter filter, int order = 0) where TFilter : struct, IAgentFilter =>
        Last(RootOf(order), need, ref filter);

    private int RootOf(int order) => order < roots.Length ? roots[order] : -1;

    private int First<TFilter>(int node, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter
    {
        while (node >= 0 && Vector512.GreaterThanOrEqualAll(most[node], need))
        {
            var found = First(left[node], need, ref filter);
            if (found >= 0) return found;
            if (Vector512.GreaterThanOrEqualAll(free[node], need) && filter.Accepts(node)) return node;
            node = right[node];
        }

        return -1;
    }

    private int FirstAfter<TFilter>(int node, int agent, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter
    {
        while (node >= 0 && Vector512.GreaterThanOrEqualAll(most[node], need))
        {
            if (!Before(agent, node))
            {
                node = right[node];
                continue;
            }

            var found = FirstAfter(left[node], agent, need, ref filter);
            if (found >= 0) return found;
            if (Vector512.GreaterThanOrEqualAll(free[node], need) && filter.Accepts(node)) return node;
            return First(right[node], need, ref filter);
        }

        return -1;
    }

    private int Last<TFilter>(int node, in Vector512<long> need, ref TFilter filter) where TFilter : struct, IAgentFilter
    {
        while (node >= 0 && Vector512.GreaterThanOrEqualAll(most[node], need))
        {
            var found = Last(right[node], need, ref filter);
            if (found >= 0) return found;
            if (Vector512.GreaterThanOrEqualAll(free[node], need) && filter.Accepts(node)) return node;
            node = left[node];
        }

        return -1;
    }

    private bool Before(int a, int b) => keys[a] != keys[b] ? keys[a] < keys[b] : a < b;

    /// <summary>The heap priority of a node: its number, scrambled (the finalizer of MurmurHash3), so that no seed is needed.</summary>
    private static uint Priority(int agent)
    {
        var hash = (uint)agent + 0x9E3779B9;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private int Insert(int node, int agent)
    {
        if (node < 0) return agent;
        if (Priority(agent) > Priority(node))
        {
            Split(node, agent, out left[agent], out right[agent]);
            Pull(agent);
            return agent;
        }

        if (Before(agent, node)) left[node] = Insert(left[node], agent);
        else right[node] = Insert(right[node], agent);
        most[node] = Vector512.Max(most[node], free[agent]);
        return node;
    }

    private int Delete(int node, int agent)
    {
        if (node == agent) return Merge(left[node], right[node]);
        if (Before(agent, node)) left[node] = Delete(left[node], agent);
        else right[node] = Delete(right[node], agent);
        Pull(node);
        return node;
    }

    private void Split(int node, int agent, out int before, out int after)
    {
        if (node < 0)
        {
            before = after = -1;
            return;
        }

        if (Before(node, agent))
        {
            Split(right[node], agent, out right[node], out after);
            before = node;
        }
        else
        {
            Split(left[node], agent, out before, out left[node]);
            after = node;
        }

        Pull(node);
    }

    private int Merge(int before, int after)
    {
        if (before < 0) return after;
        if (after < 0) return before;
        if (Priority(before) > Priority(after))
        {
            right[before] = Merge(right[before], after);
            Pull(before);
            return before;
        }

        left[after] = Merge(before, left[after]);
        Pull(after);
        return after;
    }

    private void Pull(int node)
    {
        var max = free[node];
        if (left[node] >= 0) max = Vector512.Max(max, most[left[node]]);
        if (right[node] >= 0) max = Vector512.Max(max, most[right[node]]);
        most[node] = max;
    }

    private void Grow(int agent)
    {
        var size = Math.Max(16, Math.Max(agent + 1, left.Length * 2));
        Array.Resize(ref left, size);
        Array.Resize(ref right, size);
        Array.Resize(ref orders, size);
        Array.Resize(ref keys, size);
        Array.Resize(ref present, size);
        Array.Resize(ref free, size);
        Array.Resize(ref most, size);
    }
}
