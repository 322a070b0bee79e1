using System.Collections.Immutable;
using Platform.Core.Roles;

namespace Platform.Core;

/// <summary>
/// One resource: an amount under a name, with everything that tells it apart from other resources of that name:
/// reservations, allocation role, disk, revocability, sharing and provider. Equality and arithmetic follow Mesos.
/// </summary>
[GenerateSerializer, Immutable, Alias("Platform.Resource")]
public sealed record Resource
{
    [Id(5)]
    private readonly ImmutableArray<Reservation> _reservations = [];

    [Id(4)]
    private readonly ImmutableArray<string> _items = [];

    /// <summary>The name: <c>cpus</c>, <c>mem</c>, <c>disk</c>, <c>gpus</c>, <c>ports</c> or any other.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>The kind of amount.</summary>
    [Id(1)]
    public ResourceType Type { get; init; }

    /// <summary>The amount of a scalar, in thousandths.</summary>
    [Id(2)]
    public long Milli { get; init; }

    /// <summary>The numbers of a ranges resource.</summary>
    [Id(3)]
    public ValueRanges Ranges { get; init; } = ValueRanges.Empty;

    /// <summary>The names of a set resource, in the order in which they were given.</summary>
    public ImmutableArray<string> Items
    {
        get => _items;
        init => _items = value.IsDefault ? [] : value;
    }

    /// <summary>The reservation stack, bottom first; empty when unreserved.</summary>
    public ImmutableArray<Reservation> Reservations
    {
        get => _reservations;
        init => _reservations = value.IsDefault ? [] : value;
    }

    /// <summary>The role that it is offered or allocated to; null while it is not.</summary>
    [Id(6)]
    public string? AllocationRole { get; init; }

    /// <summary>Source and volume of a disk; null for plain amounts.</summary>
    [Id(7)]
    public Disk? Disk { get; init; }

    /// <summary>True when it can be taken back at any time: room that others have but do not use.</summary>
    [Id(8)]
    public bool Revocable { get; init; }

    /// <summary>True for a volume that several tasks can use at once.</summary>
    [Id(9)]
    public bool Shared { get; init; }

    /// <summary>How many holders a shared resource has in this collection; 1 for anything else. Not part of its identity.</summary>
    [Id(10)]
    public int Copies { get; init; } = 1;

    /// <summary>The resource provider it comes from; null for the agent itself.</summary>
    [Id(11)]
    public string? ProviderId { get; init; }

    /// <summary>True when nothing holds it for a role.</summary>
    public bool IsUnreserved => _reservations.Length == 0;

    /// <summary>True when it is held for a role.</summary>
    public bool IsReserved => _reservations.Length != 0;

    /// <summary>The role at the top of the reservation stack; null when unreserved.</summary>
    public string? ReservationRole => _reservations.Length == 0 ? null : _reservations[^1].Role;

    /// <summary>True when the top of the stack was made at run time.</summary>
    public bool IsDynamicallyReserved => _reservations.Length != 0 && _reservations[^1].Type == ReservationType.Dynamic;

    /// <summary>True when the stack has more than one level.</summary>
    public bool HasRefinedReservations => _reservations.Length > 1;

    /// <summary>True when a persistent volume was made on it.</summary>
    public bool IsPersistentVolume => Disk?.PersistenceId is not null;

    /// <summary>True when the amount is zero or the name is empty: such a resource vanishes from every collection.</summary>
    public bool IsEmpty => Name.Length == 0 || Type switch
    {
        ResourceType.Scalar => Milli <= 0,
        ResourceType.Ranges => Ranges.IsEmpty,
        ResourceType.Set => Items.Length == 0,
        _ => true,
    };

    /// <summary>A plain scalar.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="milli">Its amount in thousandths.</param>
    public static Resource Scalar(string name, long milli) => new() { Name = name, Type = ResourceType.Scalar, Milli = milli };

    /// <summary>True when a framework or an owner in this role may use it: unreserved, or reserved for the role or one above it.</summary>
    /// <param name="role">The role of the one who asks.</param>
    public bool IsAllocatableTo(string role)
    {
        if (_reservations.Length == 0)
            return true;
        var reserved = _reservations[^1].Role;
        return reserved == role || RoleName.IsStrictSubroleOf(role, reserved);
    }

    /// <summary>Pushes a reservation on the stack.</summary>
    public Resource PushReservation(Reservation reservation) => this with { Reservations = Reservations.Add(reservation) };

    /// <summary>Takes the top reservation off the stack.</summary>
    public Resource PopReservation() => this with { Reservations = Reservations.RemoveAt(Reservations.Length - 1) };

    /// <summary>True when the amount of <paramref name="other"/> can be taken out of this one.</summary>
    public bool Contains(Resource other) => IsSubtractable(this, other) && Type switch
    {
        ResourceType.Scalar => other.Milli <= Milli,
        ResourceType.Ranges => Ranges.Contains(other.Ranges),
        ResourceType.Set => other.Items.All(item => Items.Contains(item)),
        _ => false,
    };

    /// <summary>True when the two make one resource; exclusive disks and volumes never do.</summary>
    internal static bool IsAddable(Resource left, Resource right)
    {
        if (!SameKind(left, right))
            return false;
        if (left.Shared)
            return left.Equals(right);
        return left.Disk is null
            || (left.Disk.Source is not { IsIndivisible: true } && left.Disk.PersistenceId is null);
    }

    /// <summary>True when the second can be cut out of the first; exclusive disks and volumes only whole.</summary>
    internal static bool IsSubtractable(Resource left, Resource right)
    {
        if (!SameKind(left, right))
            return false;
        if (left.Shared || left.Disk?.Source is { IsIndivisible: true } || left.Disk?.PersistenceId is not null)
            return left.Equals(right);
        return true;
    }

    /// <summary>The sum; the caller has asked <see cref="IsAddable"/>.</summary>
    internal Resource Plus(Resource other)
    {
        if (Shared)
            return this with { Copies = Copies + other.Copies };
        return Type switch
        {
            ResourceType.Scalar => this with { Milli = Milli + other.Milli },
            ResourceType.Ranges => this with { Ranges = Ranges.Plus(other.Ranges) },
            _ => this with { Items = [.. Items, .. other.Items.Where(item => !Items.Contains(item))] },
        };
    }

    /// <summary>The difference, which may be empty or negative; the caller has asked <see cref="IsSubtractable"/>.</summary>
    internal Resource Minus(Resource other)
    {
        if (Shared)
            return this with { Copies = Copies - other.Copies };
        return Type switch
        {
            ResourceType.Scalar => this with { Milli = Milli - other.Milli },
            ResourceType.Ranges => this with { Ranges = Ranges.Minus(other.Ranges) },
            _ => this with { Items = [.. Items.Where(item => !other.Items.Contains(item))] },
        };
    }

    /// <summary>Same name, kind, reservations, allocation, disk, revocability, sharing and provider; the amount does not count.</summary>
    internal static bool SameKind(Resource left, Resource right) =>
        ReferenceEquals(left, right)
        || (left.Type == right.Type && left.Shared == right.Shared && left.Revocable == right.Revocable
            && left.Name == right.Name
            && left.AllocationRole == right.AllocationRole
            && SameStack(left._reservations, right._reservations)
            && (left.Disk is null ? right.Disk is null : left.Disk.Equals(right.Disk))
            && left.ProviderId == right.ProviderId);

    private static bool SameStack(ImmutableArray<Reservation> left, ImmutableArray<Reservation> right)
    {
        if (left.Length != right.Length)
            return false;
        for (var level = 0; level < left.Length; level++)
        {
            if (!left[level].Equals(right[level]))
                return false;
        }
        return true;
    }

    /// <summary>Says what is wrong with the resource as such; null when nothing is.</summary>
    public string? Validate()
    {
        if (Name.Length == 0)
            return "Empty resource name";
        if (Type is ResourceType.Text)
            return "Unsupported resource type";
        if (Type == ResourceType.Scalar && Milli < 0)
            return $"Invalid scalar resource '{Name}': value < 0";
        if (Name == ResourceNames.Gpus && (Type != ResourceType.Scalar || Milli % 1000 != 0))
            return "Resource 'gpus' must be a whole number of devices";
        if (Type == ResourceType.Set && Items.Distinct(StringComparer.Ordinal).Count() != Items.Length)
            return $"Invalid set resource '{Name}': duplicated elements";
        if (Disk is not null && Name != ResourceNames.Disk)
            return $"Disk information cannot be set for resource '{Name}'";
        if (Shared && !IsPersistentVolume)
            return "Only persistent volumes can be shared";
        for (var level = 0; level < Reservations.Length; level++)
        {
            var role = Reservations[level].Role;
            if (role == RoleName.Default)
                return "Invalid reservation: role \"*\" cannot be reserved";
            if (RoleName.Validate(role) is { } problem)
                return problem;
            if (level == 0)
                continue;
            if (Reservations[level].Type == ReservationType.Static)
                return "Invalid refined reservation: A refined reservation cannot be STATIC";
            if (!RoleName.IsStrictSubroleOf(role, Reservations[level - 1].Role))
                return $"Invalid refined reservation: role '{role}' is not a refinement of '{Reservations[level - 1].Role}'";
        }
        return null;
    }

    /// <summary>Same identity and same amount; the number of holders of a shared resource does not count.</summary>
    public bool Equals(Resource? other) =>
        ReferenceEquals(this, other)
        || (other is not null && SameKind(this, other) && Type switch
        {
            ResourceType.Scalar => Milli == other.Milli,
            ResourceType.Ranges => Ranges.Equals(other.Ranges),
            _ => Items.Length == other.Items.Length && Items.All(item => other.Items.Contains(item)),
        });

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Type, Milli, Reservations.Length, AllocationRole, Revocable, Shared);

    /// <summary>Prints as Mesos does: <c>disk(reservations: [(STATIC,alice)])[hadoop:/data]{REV}:1</c>.</summary>
    public override string ToString()
    {
        var text = Name;
        if (AllocationRole is not null)
            text += $"(allocated: {AllocationRole})";
        if (Reservations.Length > 0)
            text += $"(reservations: [{string.Join(",", Reservations.Select(reservation => $"({reservation})"))}])";
        if (Disk is not null)
            text += $"[{Disk}]";
        if (Revocable)
            text += "{REV}";
        if (Shared)
            text += "<SHARED>";
        return $"{text}:{PrintAmount()}";
    }

    /// <summary>Prints the amount alone, in Mesos' text form.</summary>
    public string PrintAmount() => Type switch
    {
        ResourceType.Scalar => ScalarValue.Format(Milli),
        ResourceType.Ranges => Ranges.ToString(),
        _ => $"{{{string.Join(", ", Items)}}}",
    };
}
