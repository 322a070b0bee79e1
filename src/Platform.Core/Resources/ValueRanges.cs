using System.Collections.Immutable;

namespace Platform.Core;

/// <summary>A set of whole numbers kept as sorted, disjoint, coalesced intervals: <c>[1-10, 20-30]</c>.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ValueRanges")]
public sealed class ValueRanges : IEquatable<ValueRanges>
{
    [Id(0)]
    private readonly ImmutableArray<ValueRange> _items;

    private ValueRanges(ImmutableArray<ValueRange> items) => _items = items;

    /// <summary>The empty set.</summary>
    public static ValueRanges Empty { get; } = new([]);

    /// <summary>The intervals, ascending and coalesced.</summary>
    public ImmutableArray<ValueRange> Items => _items.IsDefault ? [] : _items;

    /// <summary>True when no number belongs to the set.</summary>
    public bool IsEmpty => _items.IsDefaultOrEmpty;

    /// <summary>How many numbers belong to the set.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (var range in Items)
                count += range.Count;
            return count;
        }
    }

    /// <summary>Makes the set of all numbers in the given intervals; overlapping and adjacent intervals become one.</summary>
    /// <param name="ranges">The intervals, in any order.</param>
    public static ValueRanges Of(IEnumerable<ValueRange> ranges)
    {
        var sorted = ranges.OrderBy(range => range.Begin).ToList();
        if (sorted.Count == 0)
            return Empty;
        var result = ImmutableArray.CreateBuilder<ValueRange>(sorted.Count);
        var current = sorted[0];
        foreach (var range in sorted.Skip(1))
        {
            if (range.Begin <= current.End + 1)
            {
                current = current with { End = Math.Max(current.End, range.End) };
            }
            else
            {
                result.Add(current);
                current = range;
            }
        }
        result.Add(current);
        return new(result.ToImmutable());
    }

    /// <summary>The interval from <paramref name="begin"/> to <paramref name="end"/>, both included.</summary>
    public static ValueRanges Of(long begin, long end) => new([new(begin, end)]);

    /// <summary>The set of single numbers.</summary>
    /// <param name="numbers">The numbers, in any order.</param>
    public static ValueRanges OfNumbers(IEnumerable<long> numbers) => Of(numbers.Select(number => new ValueRange(number, number)));

    /// <summary>All numbers of both sets.</summary>
    public ValueRanges Plus(ValueRanges other) =>
        other.IsEmpty ? this : IsEmpty ? other : Of(Items.Concat(other.Items));

    /// <summary>The numbers that are here but not in <paramref name="other"/>.</summary>
    public ValueRanges Minus(ValueRanges other)
    {
        if (IsEmpty || other.IsEmpty)
            return this;
        var result = ImmutableArray.CreateBuilder<ValueRange>();
        var index = 0;
        var cuts = other.Items;
        foreach (var range in Items)
        {
            var begin = range.Begin;
            while (index < cuts.Length && cuts[index].End < begin)
                index++;
            var at = index;
            while (at < cuts.Length && cuts[at].Begin <= range.End)
            {
                if (cuts[at].Begin > begin)
                    result.Add(new(begin, cuts[at].Begin - 1));
                begin = cuts[at].End + 1;
                at++;
            }
            if (begin <= range.End)
                result.Add(new(begin, range.End));
        }
        return result.Count == 0 ? Empty : new(result.ToImmutable());
    }

    /// <summary>True when every number of <paramref name="other"/> is here too.</summary>
    public bool Contains(ValueRanges other)
    {
        var index = 0;
        var items = Items;
        foreach (var range in other.Items)
        {
            while (index < items.Length && items[index].End < range.Begin)
                index++;
            if (index == items.Length || items[index].Begin > range.Begin || items[index].End < range.End)
                return false;
        }
        return true;
    }

    /// <summary>True when the number belongs to the set.</summary>
    public bool Contains(long number)
    {
        foreach (var range in Items)
        {
            if (number <= range.End)
                return number >= range.Begin;
        }
        return false;
    }

    /// <summary>All numbers, ascending.</summary>
    public IEnumerable<long> Numbers()
    {
        foreach (var range in Items)
        {
            for (var number = range.Begin; number <= range.End; number++)
                yield return number;
        }
    }

    /// <inheritdoc />
    public bool Equals(ValueRanges? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ValueRanges);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var range in Items)
            hash.Add(range);
        return hash.ToHashCode();
    }

    /// <summary>Prints as Mesos does: <c>[10000-20000, 30000-50000]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Items)}]";
}
