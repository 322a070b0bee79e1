using System.Collections.Immutable;
using System.Numerics;

namespace Platform.Core.Placement;

/// <summary>The free ports of an agent, a bit each.</summary>
internal sealed class PortBits
{
    private readonly int first;
    private readonly ulong[] all;
    private readonly ulong[] free;

    public PortBits(ImmutableArray<PortRange> ranges)
    {
        if (ranges.IsDefaultOrEmpty)
        {
            all = free = [];
            return;
        }

        first = ranges.Min(range => range.Begin) & ~63;
        all = new ulong[((ranges.Max(range => range.End) - first) >> 6) + 1];
        foreach (var range in ranges)
            for (var port = range.Begin; port <= range.End; port++) all[(port - first) >> 6] |= 1UL << (port & 63);
        free = [.. all];
        Count = free.Sum(BitOperations.PopCount);
    }

    private PortBits(PortBits other)
    {
        first = other.first;
        all = other.all;
        free = [.. other.free];
        Count = other.Count;
        Next = other.Next;
    }

    /// <summary>How many are free.</summary>
    public int Count { get; private set; }

    /// <summary>Where the search for the next port starts, so that a port that was given back is not used again at once.</summary>
    public int Next { get; set; }

    /// <summary>How many there are, free or not.</summary>
    public int Capacity => all.Sum(BitOperations.PopCount);

    public PortBits Clone() => new(this);

    public bool Has(int port) => IsSet(all, port);

    public bool IsFree(int port) => IsSet(free, port);

    public bool Take(int port)
    {
        if (!IsFree(port)) return false;
        free[(port - first) >> 6] &= ~(1UL << (port & 63));
        Count--;
        return true;
    }

    public bool Give(int port)
    {
        if (!Has(port) || IsFree(port)) return false;
        free[(port - first) >> 6] |= 1UL << (port & 63);
        Count++;
        return true;
    }

    /// <summary>Takes the next free port after the last one taken, around the end; -1 when none is free.</summary>
    public int TakeNext()
    {
        if (Count == 0) return -1;
        var start = Math.Max(0, Next - first);
        if (start >= free.Length * 64) start = 0;
        var word = start >> 6;
        var bits = free[word] & (ulong.MaxValue << (start & 63));
        while (bits == 0)
        {
            word = word + 1 == free.Length ? 0 : word + 1;
            bits = free[word];
        }

        var port = first + (word << 6) + BitOperations.TrailingZeroCount(bits);
        Take(port);
        Next = port + 1;
        return port;
    }

    public ImmutableArray<PortRange> FreeRanges()
    {
        var ranges = ImmutableArray.CreateBuilder<PortRange>();
        var begin = -1;
        for (var port = first; port <= first + (free.Length * 64); port++)
        {
            var isFree = IsFree(port);
            if (isFree && begin < 0) begin = port;
            if (isFree || begin < 0) continue;
            ranges.Add(new(begin, port - 1));
            begin = -1;
        }

        return ranges.ToImmutable();
    }

    private bool IsSet(ulong[] bits, int port)
    {
        var offset = port - first;
        return offset >= 0 && offset >> 6 < bits.Length && (bits[offset >> 6] & (1UL << (port & 63))) != 0;
    }
}
