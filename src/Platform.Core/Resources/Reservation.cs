using System.Collections.Immutable;

namespace Platform.Core;

/// <summary>One level of a reservation stack: a resource is held for a role. A deeper level refines it for a role below.</summary>
/// <param name="Type">Static or dynamic; only the bottom of a stack can be static.</param>
/// <param name="Role">The role that it is held for; never <c>*</c>.</param>
/// <param name="Principal">Who made it; null when nobody is recorded.</param>
[GenerateSerializer, Immutable, Alias("Platform.Reservation")]
public sealed record Reservation(
    [property: Id(0)] ReservationType Type,
    [property: Id(1)] string Role,
    [property: Id(2)] string? Principal = null)
{
    [Id(3)]
    private readonly ImmutableArray<ResourceLabel> _labels = [];

    /// <summary>Labels in the order in which they were given; two reservations with different labels never merge.</summary>
    public ImmutableArray<ResourceLabel> Labels
    {
        get => _labels;
        init => _labels = value.IsDefault ? [] : value;
    }

    /// <inheritdoc />
    public bool Equals(Reservation? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Type == other.Type && Role == other.Role && Principal == other.Principal
            && Labels.AsSpan().SequenceEqual(other.Labels.AsSpan()));

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Type, Role, Principal, Labels.Length);

    /// <summary>Prints as Mesos does: <c>DYNAMIC,alice/refined,hdfs-p,{foo: bar}</c>.</summary>
    public override string ToString()
    {
        var text = $"{(Type == ReservationType.Static ? "STATIC" : "DYNAMIC")},{Role}";
        if (Principal is not null)
            text += $",{Principal}";
        return Labels.Length == 0 ? text : $"{text},{{{string.Join(", ", Labels)}}}";
    }
}
