using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>
/// Amounts of scalars by name, in thousandths, without any of the other properties of resources. A missing name is zero;
/// a subtraction stops at zero.
/// </summary>
[GenerateSerializer, Immutable, Alias("Platform.ResourceQuantities")]
[JsonConverter(typeof(ResourceQuantitiesJsonConverter))]
public readonly struct ResourceQuantities : IEquatable<ResourceQuantities>
{
    [Id(4)]
    private readonly ImmutableSortedDictionary<string, long>? _others;

    private ResourceQuantities(long cpus, long gpus, long mem, long disk, ImmutableSortedDictionary<string, long>? others)
    {
        Cpus = cpus;
        Gpus = gpus;
        Mem = mem;
        Disk = disk;
        _others = others is { Count: > 0 } ? others : null;
    }

    /// <summary>Nothing of anything.</summary>
    public static ResourceQuantities Empty => default;

    /// <summary>Thousandths of a core.</summary>
    [Id(0)]
    public long Cpus { get; }

    /// <summary>Thousandths of a graphics device; whole devices are multiples of 1000.</summary>
    [Id(1)]
    public long Gpus { get; }

    /// <summary>Thousandths of a MB of memory.</summary>
    [Id(2)]
    public long Mem { get; }

    /// <summary>Thousandths of a MB of disk.</summary>
    [Id(3)]
    public long Disk { get; }

    /// <summary>Amounts of all other names, in thousandths.</summary>
    public ImmutableSortedDictionary<string, long> Others => _others ?? ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>True when there is nothing of anything.</summary>
    public bool IsEmpty => Cpus == 0 && Gpus == 0 && Mem == 0 && Disk == 0 && _others is null;

    /// <summary>Makes quantities of the four common scalars, in thousandths.</summary>
    public static ResourceQuantities Of(long cpus = 0, long mem = 0, long disk = 0, long gpus = 0) => new(cpus, gpus, mem, disk, null);

    /// <summary>Sums the scalars among the resources by name.</summary>
    public static ResourceQuantities Of(IEnumerable<Resource> resources)
    {
        var sum = default(ResourceQuantities);
        foreach (var resource in resources)
        {
            if (resource.Type == ResourceType.Scalar)
                sum = sum.With(resource.Name, resource.Milli);
        }
        return sum;
    }

    /// <summary>Sums the scalars among the resources by name.</summary>
    public static ResourceQuantities Of(ImmutableArray<Resource> resources)
    {
        long cpus = 0, gpus = 0, mem = 0, disk = 0;
        ImmutableSortedDictionary<string, long>? others = null;
        foreach (var resource in resources)
        {
            if (resource.Type != ResourceType.Scalar)
                continue;
            switch (resource.Name)
            {
                case ResourceNames.Cpus: cpus += resource.Milli; break;
                case ResourceNames.Mem: mem += resource.Milli; break;
                case ResourceNames.Disk: disk += resource.Milli; break;
                case ResourceNames.Gpus: gpus += resource.Milli; break;
                default:
                    others ??= ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
                    others = others.SetItem(resource.Name, others.GetValueOrDefault(resource.Name) + resource.Milli);
                    break;
            }
        }
        return new(cpus, gpus, mem, disk, others);
    }

    /// <summary>Reads a text such as <c>cpus:0.01;mem:32</c>.</summary>
    /// <exception cref="FormatException">The text is not valid or holds something that is not an unreserved scalar.</exception>
    public static ResourceQuantities Parse(string text)
    {
        // Zeros matter to nobody here, so the ordinary parser, which drops them, does.
        var resources = text.Trim().Length == 0 ? Resources.Empty : Resources.Parse(text);
        return resources.All(resource => resource.Type == ResourceType.Scalar && resource.IsUnreserved)
            ? resources.Quantities
            : throw new FormatException($"'{text}' must hold scalars without roles only");
    }

    /// <summary>The amount of a name, in thousandths; 0 when absent.</summary>
    public long Get(string name) => name switch
    {
        ResourceNames.Cpus => Cpus,
        ResourceNames.Gpus => Gpus,
        ResourceNames.Mem => Mem,
        ResourceNames.Disk => Disk,
        _ => _others is null ? 0 : _others.GetValueOrDefault(name),
    };

    /// <summary>These quantities and an amount more of one name.</summary>
    public ResourceQuantities With(string name, long milli) => name switch
    {
        ResourceNames.Cpus => new(Cpus + milli, Gpus, Mem, Disk, _others),
        ResourceNames.Gpus => new(Cpus, Gpus + milli, Mem, Disk, _others),
        ResourceNames.Mem => new(Cpus, Gpus, Mem + milli, Disk, _others),
        ResourceNames.Disk => new(Cpus, Gpus, Mem, Disk + milli, _others),
        _ => new(Cpus, Gpus, Mem, Disk, Add(_others, name, milli)),
    };

    /// <summary>True when every amount of the other is reached here.</summary>
    public bool Contains(in ResourceQuantities other)
    {
        if (other.Cpus > Cpus || other.Gpus > Gpus || other.Mem > Mem || other.Disk > Disk)
            return false;
        if (other._others is null)
            return true;
        foreach (var (name, milli) in other._others)
        {
            if (milli > Get(name))
                return false;
        }
        return true;
    }

    /// <summary>The names with an amount above zero, with their amounts in thousandths.</summary>
    public IEnumerable<KeyValuePair<string, long>> Entries()
    {
        if (Cpus != 0)
            yield return new(ResourceNames.Cpus, Cpus);
        if (Disk != 0)
            yield return new(ResourceNames.Disk, Disk);
        if (Gpus != 0)
            yield return new(ResourceNames.Gpus, Gpus);
        if (Mem != 0)
            yield return new(ResourceNames.Mem, Mem);
        if (_others is null)
            yield break;
        foreach (var entry in _others)
            yield return entry;
    }

    /// <summary>The largest amounts of both, name by name.</summary>
    public static ResourceQuantities Max(in ResourceQuantities left, in ResourceQuantities right) => left + (right - left);

    /// <summary>The smallest amounts of both, name by name.</summary>
    public static ResourceQuantities Min(in ResourceQuantities left, in ResourceQuantities right) => left - (left - right);

    public static ResourceQuantities operator +(in ResourceQuantities left, in ResourceQuantities right)
    {
        var others = left._others;
        if (right._others is not null)
        {
            foreach (var (name, milli) in right._others)
                others = Add(others, name, milli);
        }
        return new(left.Cpus + right.Cpus, left.Gpus + right.Gpus, left.Mem + right.Mem, left.Disk + right.Disk, others);
    }

    public static ResourceQuantities operator -(in ResourceQuantities left, in ResourceQuantities right)
    {
        var others = left._others;
        if (others is not null && right._others is not null)
        {
            foreach (var (name, milli) in right._others)
            {
                if (others.TryGetValue(name, out var have))
                    others = milli >= have ? others.Remove(name) : others.SetItem(name, have - milli);
            }
        }
        return new(
            Math.Max(0, left.Cpus - right.Cpus),
            Math.Max(0, left.Gpus - right.Gpus),
            Math.Max(0, left.Mem - right.Mem),
            Math.Max(0, left.Disk - right.Disk),
            others);
    }

    public static bool operator ==(in ResourceQuantities left, in ResourceQuantities right) => left.Equals(right);

    public static bool operator !=(in ResourceQuantities left, in ResourceQuantities right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(ResourceQuantities other) =>
        Cpus == other.Cpus && Gpus == other.Gpus && Mem == other.Mem && Disk == other.Disk
        && (ReferenceEquals(_others, other._others) || Others.SequenceEqual(other.Others));

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ResourceQuantities other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Cpus, Gpus, Mem, Disk, Others.Count);

    /// <summary>Prints <c>cpus:1; mem:512</c>, or <c>{}</c> for nothing.</summary>
    public override string ToString() =>
        IsEmpty ? "{}" : string.Join("; ", Entries().Select(entry => $"{entry.Key}:{ScalarValue.Format(entry.Value)}"));

    private static ImmutableSortedDictionary<string, long>? Add(ImmutableSortedDictionary<string, long>? others, string name, long milli)
    {
        if (milli == 0)
            return others;
        others ??= ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
        var sum = others.GetValueOrDefault(name) + milli;
        return sum == 0 ? others.Remove(name) : others.SetItem(name, sum);
    }
}
