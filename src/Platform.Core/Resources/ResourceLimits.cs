using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>Upper bounds of scalars by name, in thousandths. A missing name has no bound; a bound of zero allows nothing.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ResourceLimits")]
[JsonConverter(typeof(ResourceLimitsJsonConverter))]
public sealed class ResourceLimits : IEquatable<ResourceLimits>
{
    /// <summary>Stands for "no bound" where a number is needed.</summary>
    public const long Unlimited = long.MaxValue;

    [Id(0)]
    private readonly ImmutableSortedDictionary<string, long> _bounds;

    private ResourceLimits(ImmutableSortedDictionary<string, long> bounds)
    {
        _bounds = bounds;
        Cpus = Get(ResourceNames.Cpus);
        Gpus = Get(ResourceNames.Gpus);
        Mem = Get(ResourceNames.Mem);
        Disk = Get(ResourceNames.Disk);
    }

    /// <summary>No bounds at all.</summary>
    public static ResourceLimits None { get; } = new(ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal));

    /// <summary>The bounds by name, in thousandths.</summary>
    public ImmutableSortedDictionary<string, long> Bounds => _bounds;

    /// <summary>True when nothing is bounded.</summary>
    public bool IsEmpty => _bounds.Count == 0;

    /// <summary>The bound of cpus in thousandths, or <see cref="Unlimited"/>.</summary>
    [Id(1)]
    public long Cpus { get; }

    /// <summary>The bound of gpus in thousandths, or <see cref="Unlimited"/>.</summary>
    [Id(2)]
    public long Gpus { get; }

    /// <summary>The bound of memory in thousandths of a MB, or <see cref="Unlimited"/>.</summary>
    [Id(3)]
    public long Mem { get; }

    /// <summary>The bound of disk in thousandths of a MB, or <see cref="Unlimited"/>.</summary>
    [Id(4)]
    public long Disk { get; }

    /// <summary>Makes bounds from amounts in thousandths.</summary>
    public static ResourceLimits Of(IEnumerable<KeyValuePair<string, long>> bounds)
    {
        var sorted = bounds.ToImmutableSortedDictionary(StringComparer.Ordinal);
        return sorted.IsEmpty ? None : new(sorted);
    }

    /// <summary>Reads a text such as <c>cpus:0;mem:512</c>; here a zero counts.</summary>
    /// <exception cref="FormatException">The text is not valid.</exception>
    public static ResourceLimits Parse(string text)
    {
        var bounds = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0 || ValueParser.Parse(part[(colon + 1)..]) is not { Error: null, Type: ResourceType.Scalar } value)
                throw new FormatException($"'{part}' is not a bound of the form name:amount");
            bounds[part[..colon].Trim()] = value.Milli;
        }
        return Of(bounds);
    }

    /// <summary>The bound of a name in thousandths, or <see cref="Unlimited"/>.</summary>
    public long Get(string name) => _bounds.GetValueOrDefault(name, Unlimited);

    /// <summary>True when no amount is above its bound.</summary>
    public bool Allows(in ResourceQuantities quantities)
    {
        foreach (var (name, bound) in _bounds)
        {
            if (quantities.Get(name) > bound)
                return false;
        }
        return true;
    }

    /// <summary>What the bounds leave after these quantities; bounds that are used up stay, at zero.</summary>
    public ResourceLimits Minus(in ResourceQuantities quantities)
    {
        if (IsEmpty)
            return this;
        var used = quantities;
        return new(_bounds.ToImmutableSortedDictionary(pair => pair.Key, pair => Math.Max(0, pair.Value - used.Get(pair.Key)), StringComparer.Ordinal));
    }

    /// <inheritdoc />
    public bool Equals(ResourceLimits? other) => other is not null && _bounds.SequenceEqual(other._bounds);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ResourceLimits);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Cpus, Gpus, Mem, Disk, _bounds.Count);

    /// <inheritdoc />
    public override string ToString() =>
        IsEmpty ? "{}" : string.Join("; ", _bounds.Select(entry => $"{entry.Key}:{ScalarValue.Format(entry.Value)}"));
}
