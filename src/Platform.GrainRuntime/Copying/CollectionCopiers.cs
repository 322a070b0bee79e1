using System.Collections.Immutable;

namespace Platform.GrainRuntime.Copying;

internal sealed class ListCopier<T>(Copiers copiers) : SequenceCopier<List<T>, T>(copiers)
{
    protected override List<T> Build(List<T> original, IEnumerable<T> items)
    {
        var copy = new List<T>(original.Count);
        copy.AddRange(items);
        return copy;
    }
}

internal sealed class QueueCopier<T>(Copiers copiers) : SequenceCopier<Queue<T>, T>(copiers)
{
    protected override Queue<T> Build(Queue<T> original, IEnumerable<T> items) => new(items);
}

internal sealed class StackCopier<T>(Copiers copiers) : SequenceCopier<Stack<T>, T>(copiers)
{
    // A stack is enumerated from its top and filled from its bottom.
    protected override Stack<T> Build(Stack<T> original, IEnumerable<T> items) => new(items.Reverse());
}

internal sealed class HashSetCopier<T>(Copiers copiers) : SequenceCopier<HashSet<T>, T>(copiers)
{
    protected override HashSet<T> Build(HashSet<T> original, IEnumerable<T> items) => new(items, original.Comparer);
}

internal sealed class SortedSetCopier<T>(Copiers copiers) : SequenceCopier<SortedSet<T>, T>(copiers)
{
    protected override SortedSet<T> Build(SortedSet<T> original, IEnumerable<T> items) => new(items, original.Comparer);
}

internal sealed class DictionaryCopier<TKey, TValue>(Copiers copiers) : SequenceCopier<Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(copiers)
    where TKey : notnull
{
    protected override Dictionary<TKey, TValue> Build(Dictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> items) =>
        new(items, original.Comparer);
}

internal sealed class SortedDictionaryCopier<TKey, TValue>(Copiers copiers) : SequenceCopier<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(copiers)
    where TKey : notnull
{
    protected override SortedDictionary<TKey, TValue> Build(SortedDictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> items) =>
        new(items.ToDictionary(), original.Comparer);
}

internal sealed class ImmutableArrayCopier<T>(Copiers copiers) : SequenceCopier<ImmutableArray<T>, T>(copiers)
{
    public override bool IsPassThrough => ItemsPassThrough;

    protected override ImmutableArray<T> Build(ImmutableArray<T> original, IEnumerable<T> items) =>
        original.IsDefault ? original : [.. items];
}

internal sealed class ImmutableListCopier<T>(Copiers copiers) : SequenceCopier<ImmutableList<T>, T>(copiers)
{
    public override bool IsPassThrough => ItemsPassThrough;

    protected override ImmutableList<T> Build(ImmutableList<T> original, IEnumerable<T> items) => [.. items];
}

internal sealed class ImmutableHashSetCopier<T>(Copiers copiers) : SequenceCopier<ImmutableHashSet<T>, T>(copiers)
{
    public override bool IsPassThrough => ItemsPassThrough;

    protected override ImmutableHashSet<T> Build(ImmutableHashSet<T> original, IEnumerable<T> items) => items.ToImmutableHashSet(original.KeyComparer);
}

internal sealed class ImmutableSortedSetCopier<T>(Copiers copiers) : SequenceCopier<ImmutableSortedSet<T>, T>(copiers)
{
    public override bool IsPassThrough => ItemsPassThrough;

    protected override ImmutableSortedSet<T> Build(ImmutableSortedSet<T> original, IEnumerable<T> items) => items.ToImmutableSortedSet(original.KeyComparer);
}

internal sealed class ImmutableDictionaryCopier<TKey, TValue>(Copiers copiers) : SequenceCopier<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(copiers)
    where TKey : notnull
{
    public override bool IsPassThrough => ItemsPassThrough;

    protected override ImmutableDictionary<TKey, TValue> Build(
        ImmutableDictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> items) =>
        items.ToImmutableDictionary(original.KeyComparer, original.ValueComparer);
}

internal sealed class ImmutableSortedDictionaryCopier<TKey, TValue>(Copiers copiers)
    : SequenceCopier<ImmutableSortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(copiers)
    where TKey : notnull
{
    public override bool IsPassThrough => ItemsPassThrough;

    protected override ImmutableSortedDictionary<TKey, TValue> Build(
        ImmutableSortedDictionary<TKey, TValue> original, IEnumerable<KeyValuePair<TKey, TValue>> items) =>
        items.ToImmutableSortedDictionary(original.KeyComparer, original.ValueComparer);
}
