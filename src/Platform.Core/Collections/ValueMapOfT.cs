using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Platform.Core.Collections;

/// <summary>An immutable map from text, ordered by key, that is equal to another when its entries are.</summary>
/// <remarks><c>default</c> is the empty map. Keys are ordinal and unique.</remarks>
[GenerateSerializer, Immutable, Alias("Platform.ValueMap`1")]
[JsonConverter(typeof(ValueMapJsonConverterFactory))]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A map of values by value.")]
public readonly struct ValueMap<TValue> : IReadOnlyDictionary<string, TValue>, IEquatable<ValueMap<TValue>>
{
    [Id(0)]
    private readonly string[]? _keys;

    [Id(1)]
    private readonly TValue[]? _values;

    internal ValueMap(string[] sortedKeys, TValue[] values)
    {
        _keys = sortedKeys;
        _values = values;
    }

    /// <inheritdoc/>
    public int Count => _keys?.Length ?? 0;

    /// <summary>True if there is no entry.</summary>
    public bool IsEmpty => Count == 0;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _keys ?? [];

    /// <inheritdoc/>
    public IEnumerable<TValue> Values => _values ?? [];

    /// <inheritdoc/>
    public TValue this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no entry '{key}'.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _values![index] : default;
        return index >= 0;
    }

    /// <summary>The value of the key, or the type's default if there is none.</summary>
    public TValue? Find(string key) => TryGetValue(key, out var value) ? value : default;

    /// <summary>This map with the entry added or replaced.</summary>
    public ValueMap<TValue> With(string key, TValue value) =>
        ValueMap.ToValueMap(this.Where(e => e.Key != key).Append(KeyValuePair.Create(key, value)));

    /// <summary>This map without the key.</summary>
    public ValueMap<TValue> Without(string key) => ContainsKey(key) ? ValueMap.ToValueMap(this.Where(e => e.Key != key)) : this;

    /// <inheritdoc/>
    public bool Equals(ValueMap<TValue> other)
    {
        if (ReferenceEquals(_keys, other._keys) && ReferenceEquals(_values, other._values))
            return true;
        return Count == other.Count
            && Keys.SequenceEqual(other.Keys, StringComparer.Ordinal)
            && Values.SequenceEqual(other.Values);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValueMap<TValue> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in this)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return KeyValuePair.Create(_keys![i], _values![i]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Compares keys and values.</summary>
    public static bool operator ==(ValueMap<TValue> left, ValueMap<TValue> right) => left.Equals(right);

    /// <summary>Compares keys and values.</summary>
    public static bool operator !=(ValueMap<TValue> left, ValueMap<TValue> right) => !left.Equals(right);

    private int IndexOf(string key) => _keys is null ? -1 : Array.BinarySearch(_keys, key, StringComparer.Ordinal);
}
