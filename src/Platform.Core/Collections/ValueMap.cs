namespace Platform.Core.Collections;

/// <summary>Makes <see cref="ValueMap{TValue}"/>s.</summary>
public static class ValueMap
{
    /// <summary>A map of these entries; of entries with the same key the last one counts.</summary>
    public static ValueMap<TValue> ToValueMap<TValue>(this IEnumerable<KeyValuePair<string, TValue>> entries)
    {
        var sorted = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            sorted[key] = value;
        return sorted.Count == 0 ? default : new([.. sorted.Keys], [.. sorted.Values]);
    }

    /// <summary>A map of these entries; of entries with the same key the last one counts.</summary>
    public static ValueMap<TValue> Create<TValue>(params ReadOnlySpan<(string Key, TValue Value)> entries)
    {
        var list = new List<KeyValuePair<string, TValue>>(entries.Length);
        foreach (var (key, value) in entries)
            list.Add(KeyValuePair.Create(key, value));
        return list.ToValueMap();
    }
}
