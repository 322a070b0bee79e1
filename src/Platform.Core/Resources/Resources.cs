using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>
/// An immutable collection of resources with Mesos' arithmetic: equal kinds merge, exclusive disks and volumes stay apart,
/// empty amounts vanish, a subtraction never goes below nothing.
/// </summary>
[GenerateSerializer, Immutable, Alias("Platform.Resources")]
[JsonConverter(typeof(ResourcesJsonConverter))]
public sealed class Resources : IEquatable<Resources>, IReadOnlyCollection<Resource>
{
    [Id(0)]
    private readonly ImmutableArray<Resource> _items;

    // Boxed, so that readers on other threads see it whole or not at all.
    [NonSerialized]
    private StrongBox<ResourceQuantities>? _quantities;

    private Resources(ImmutableArray<Resource> items) => _items = items;

    /// <summary>Nothing.</summary>
    public static Resources Empty { get; } = new([]);

    /// <summary>The resources, in the order in which they were first added.</summary>
    public ImmutableArray<Resource> Items => _items.IsDefault ? [] : _items;

    /// <summary>How many different resources there are.</summary>
    public int Count => Items.Length;

    /// <summary>True when there is nothing.</summary>
    public bool IsEmpty => _items.IsDefaultOrEmpty;

    /// <summary>The sums of all scalars by name, whatever their reservations. A shared resource counts once.</summary>
    public ResourceQuantities Quantities => (_quantities ??= new(ResourceQuantities.Of(Items))).Value;

    /// <summary>Makes a collection, merging what can be merged and leaving out what is empty.</summary>
    public static Resources Of(IEnumerable<Resource> resources)
    {
        var list = new List<Resource>();
        foreach (var resource in resources)
            Add(list, resource);
        return From(list);
    }

    /// <summary>Makes a collection, merging what can be merged and leaving out what is empty.</summary>
    public static Resources Of(params Resource[] resources) => Of((IEnumerable<Resource>)resources);

    /// <summary>
    /// Reads Mesos' text form (<c>cpus:24;mem(role):1024;ports:[1-2,5-9];x:{a,b}</c>) or its JSON array, by the rules for an
    /// agent's command line: no volumes, no dynamic reservations, nothing revocable, one type for each name.
    /// </summary>
    /// <param name="text">The text or the JSON array.</param>
    /// <param name="defaultRole">The role for which resources without a role are reserved; <c>*</c> leaves them unreserved.</param>
    /// <exception cref="FormatException">The text is not valid; the message lists every problem.</exception>
    public static Resources Parse(string text, string defaultRole = "*") =>
        TryParse(text, defaultRole, out var resources, out var errors) ? resources : throw new FormatException(string.Join("; ", errors));

    /// <summary>Reads like <see cref="Parse"/>, without an exception.</summary>
    /// <param name="text">The text or the JSON array.</param>
    /// <param name="resources">What was read; empty when something is wrong.</param>
    /// <param name="errors">Every problem found.</param>
    public static bool TryParse(string text, out Resources resources, out ImmutableArray<string> errors) =>
        TryParse(text, "*", out resources, out errors);

    /// <summary>Reads like <see cref="Parse"/>, without an exception.</summary>
    /// <param name="text">The text or the JSON array.</param>
    /// <param name="defaultRole">The role for which resources without a role are reserved.</param>
    /// <param name="resources">What was read; empty when something is wrong.</param>
    /// <param name="errors">Every problem found.</param>
    public static bool TryParse(string text, string defaultRole, out Resources resources, out ImmutableArray<string> errors) =>
        ResourcesParser.TryParse(text, defaultRole, out resources, out errors);

    /// <summary>The sum.</summary>
    public Resources Plus(Resources other)
    {
        if (other.IsEmpty)
            return this;
        if (IsEmpty)
            return other;
        var list = new List<Resource>(Count + other.Count);
        list.AddRange(Items.AsSpan());
        foreach (var resource in other.Items)
            Add(list, resource);
        return From(list);
    }

    /// <summary>What is left when the other is taken out; what is not here is ignored.</summary>
    public Resources Minus(Resources other)
    {
        if (IsEmpty || other.IsEmpty)
            return this;
        var list = new List<Resource>(Items.Length);
        list.AddRange(Items.AsSpan());
        foreach (var resource in other.Items)
            Subtract(list, resource);
        return From(list);
    }

    /// <summary>True when all of the other can be taken out of this.</summary>
    public bool Contains(Resources other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other))
            return true;
        if (other.Count == 1)
            return Contains(other.Items[0]);
        if (!other.HasExclusive)
        {
            // Different resources of a collection are of different kinds: none is taken from what another one needs.
            foreach (var resource in other.Items)
            {
                if (!Contains(resource))
                    return false;
            }
            return true;
        }
        var list = new List<Resource>(Items.Length);
        list.AddRange(Items.AsSpan());
        foreach (var resource in other.Items)
        {
            var found = false;
            for (var index = 0; index < list.Count && !found; index++)
                found = list[index].Contains(resource) && (!resource.Shared || list[index].Copies >= resource.Copies);
            if (!found)
                return false;
            Subtract(list, resource);
        }
        return true;
    }

    /// <summary>Whether two resources here could be equal and yet be two: whole disks and volumes.</summary>
    private bool HasExclusive
    {
        get
        {
            foreach (var item in Items)
            {
                if (item.Disk is not null)
                    return true;
            }
            return false;
        }
    }

    /// <summary>True when the resource can be taken out of this.</summary>
    public bool Contains(Resource resource)
    {
        foreach (var item in Items)
        {
            if (item.Contains(resource) && (!resource.Shared || item.Copies >= resource.Copies))
                return true;
        }
        return false;
    }

    /// <summary>True when the scalars, summed by name, reach these quantities.</summary>
    public bool Contains(ResourceQuantities quantities) => Quantities.Contains(quantities);

    /// <summary>The sum of the scalars of a name, in thousandths, whatever their reservations.</summary>
    /// <param name="name">The name; an absent one has 0.</param>
    public long Milli(string name) => Quantities.Get(name);

    /// <summary>The sum of the scalars of a name, whatever their reservations.</summary>
    /// <param name="name">The name; an absent one has 0.</param>
    public double Scalar(string name) => Milli(name) / 1000d;

    /// <summary>All numbers of the ranges of a name, whatever their reservations.</summary>
    /// <param name="name">The name; an absent one is empty.</param>
    public ValueRanges RangesOf(string name) =>
        Items.Where(item => item.Type == ResourceType.Ranges && item.Name == name)
            .Aggregate(ValueRanges.Empty, (sum, item) => sum.Plus(item.Ranges));

    /// <summary>All port numbers, whatever their reservations.</summary>
    public ValueRanges Ports => RangesOf(ResourceNames.Ports);

    /// <summary>The part that passes the test.</summary>
    public Resources Where(Func<Resource, bool> test)
    {
        var all = true;
        foreach (var item in Items)
            all &= test(item);
        return all ? this : new([.. Items.Where(test)]);
    }

    /// <summary>Each resource changed, then merged anew.</summary>
    public Resources Select(Func<Resource, Resource> change) => Of(Items.Select(change));

    /// <summary>The scalars.</summary>
    public Resources Scalars() => Where(resource => resource.Type == ResourceType.Scalar);

    /// <summary>Everything that is held for a role.</summary>
    public Resources Reserved() => Where(resource => resource.IsReserved);

    /// <summary>Everything that is held for exactly this role.</summary>
    public Resources ReservedFor(string role) => Where(resource => resource.ReservationRole == role);

    /// <summary>Everything that is held for no role.</summary>
    public Resources Unreserved() => Where(resource => resource.IsUnreserved);

    /// <summary>Everything that can be taken back at any time.</summary>
    public Resources RevocableOnly() => Where(resource => resource.Revocable);

    /// <summary>Everything that cannot be taken back.</summary>
    public Resources NonRevocable() => Where(resource => !resource.Revocable);

    /// <summary>Volumes that several can use at once.</summary>
    public Resources SharedOnly() => Where(resource => resource.Shared);

    /// <summary>Everything but shared volumes.</summary>
    public Resources NonShared() => Where(resource => !resource.Shared);

    /// <summary>The persistent volumes.</summary>
    public Resources PersistentVolumes() => Where(resource => resource.IsPersistentVolume);

    /// <summary>What this role may use: unreserved, or reserved for it or for a role above it.</summary>
    public Resources AllocatableTo(string role) => Where(resource => resource.IsAllocatableTo(role));

    /// <summary>Marks all of it as allocated to a role.</summary>
    public Resources AllocateTo(string role) => new([.. Items.Select(resource => resource with { AllocationRole = role })]);

    /// <summary>Takes the marks of allocation off.</summary>
    public Resources Unallocate() =>
        Items.All(resource => resource.AllocationRole is null) ? this : Of(Items.Select(resource => resource with { AllocationRole = null }));

    /// <summary>The same amounts with every reservation taken off.</summary>
    public Resources ToUnreserved() => Of(Items.Select(resource => resource with { Reservations = [] }));

    /// <summary>Pushes a reservation on every stack.</summary>
    public Resources PushReservation(Reservation reservation) => Of(Items.Select(resource => resource.PushReservation(reservation)));

    /// <summary>Takes the top reservation off every stack.</summary>
    public Resources PopReservation() => Of(Items.Select(resource => resource.IsReserved ? resource.PopReservation() : resource));

    /// <summary>Every problem of the resources and of their combination, by the rules for an agent's command line.</summary>
    internal static IEnumerable<string> ValidateForAgent(IEnumerable<Resource> resources)
    {
        var types = new Dictionary<string, ResourceType>(StringComparer.Ordinal);
        foreach (var resource in resources)
        {
            if (resource.Validate() is { } problem)
                yield return problem;
            if (resource.IsPersistentVolume)
                yield return "Persistent volumes cannot be given as an agent's resources";
            if (resource.Revocable)
                yield return "Revocable resources cannot be given as an agent's resources";
            if (resource.Reservations.Any(reservation => reservation.Type == ReservationType.Dynamic))
                yield return "Dynamic reservations cannot be given as an agent's resources";
            if (!types.TryAdd(resource.Name, resource.Type) && types[resource.Name] != resource.Type)
                yield return $"Resources with the same name ('{resource.Name}') but different types are not allowed";
        }
    }

    /// <summary>Same resources and same amounts, in any order.</summary>
    public bool Equals(Resources? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        return other is not null && Count == other.Count && Contains(other) && other.Contains(this);
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Resources);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = 0;
        foreach (var item in Items)
            hash += item.GetHashCode();
        return hash;
    }

    /// <summary>Prints as Mesos does: <c>cpus:45.55; ports:[10000-20000]; disks:{sda1}</c>, or <c>{}</c> for nothing.</summary>
    public override string ToString() => IsEmpty
        ? "{}"
        : string.Join("; ", Items.Select(resource => resource.Shared ? $"{resource}<{resource.Copies}>" : resource.ToString()));

    /// <inheritdoc />
    public IEnumerator<Resource> GetEnumerator() => ((IEnumerable<Resource>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public static Resources operator +(Resources left, Resources right) => left.Plus(right);

    public static Resources operator -(Resources left, Resources right) => left.Minus(right);

    private static Resources From(List<Resource> list) => list.Count == 0 ? Empty : new([.. list]);

    private static void Add(List<Resource> list, Resource resource)
    {
        if (resource.IsEmpty || resource.Copies <= 0)
            return;
        for (var index = 0; index < list.Count; index++)
        {
            if (Resource.IsAddable(list[index], resource))
            {
                list[index] = list[index].Plus(resource);
                return;
            }
        }
        list.Add(resource);
    }

    private static void Subtract(List<Resource> list, Resource resource)
    {
        if (resource.IsEmpty)
            return;
        for (var index = 0; index < list.Count; index++)
        {
            if (!Resource.IsSubtractable(list[index], resource))
                continue;
            // Exclusive disks of equal size are equal but distinct: one subtraction takes one of them.
            if (list[index].Disk?.Source is { IsIndivisible: true } || (list[index].IsPersistentVolume && !list[index].Shared))
            {
                list.RemoveAt(index);
                return;
            }
            var rest = list[index].Minus(resource);
            if (rest.IsEmpty || rest.Copies <= 0)
                list.RemoveAt(index);
            else
                list[index] = rest;
            return;
        }
    }
}
