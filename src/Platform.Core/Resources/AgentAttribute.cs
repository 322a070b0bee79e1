using System.Collections.Immutable;

namespace Platform.Core;

/// <summary>One property of an agent that constraints can look at; it is not a resource and nothing is taken from it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentAttribute")]
public sealed record AgentAttribute
{
    [Id(5)]
    private readonly ImmutableArray<string> _items = [];

    /// <summary>The name.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>The kind of value.</summary>
    [Id(1)]
    public ResourceType Type { get; init; } = ResourceType.Text;

    /// <summary>The value of a text attribute.</summary>
    [Id(2)]
    public string Text { get; init; } = "";

    /// <summary>The value of a scalar attribute, in thousandths.</summary>
    [Id(3)]
    public long Milli { get; init; }

    /// <summary>The value of a ranges attribute.</summary>
    [Id(4)]
    public ValueRanges Ranges { get; init; } = ValueRanges.Empty;

    /// <summary>The value of a set attribute.</summary>
    public ImmutableArray<string> Items
    {
        get => _items;
        init => _items = value.IsDefault ? [] : value;
    }

    /// <summary>
    /// The value as the text that constraints compare, by Marathon's rules: a scalar with up to three decimals and no trailing
    /// zeros, ranges as <c>[1-5,7-9]</c> in ascending order, a set as <c>{a,b}</c> in ascending order.
    /// </summary>
    public string Render() => Type switch
    {
        ResourceType.Scalar => ScalarValue.Format(Milli),
        ResourceType.Ranges => $"[{string.Join(",", Ranges.Items)}]",
        ResourceType.Set => $"{{{string.Join(",", Items.Order(StringComparer.Ordinal))}}}",
        _ => Text,
    };

    /// <inheritdoc />
    public bool Equals(AgentAttribute? other) =>
        other is not null && Name == other.Name && Type == other.Type && Text == other.Text && Milli == other.Milli
        && Ranges.Equals(other.Ranges) && Items.Order(StringComparer.Ordinal).SequenceEqual(other.Items.Order(StringComparer.Ordinal));

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Type, Text, Milli);

    /// <summary>Prints <c>name:value</c>, which can be read again.</summary>
    public override string ToString() => $"{Name}:{Render()}";
}
