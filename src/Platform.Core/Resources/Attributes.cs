using System.Collections;
using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>An agent's attributes, in the order in which they were given: <c>rack:abc;level:10;keys:[1000-1500]</c>.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Attributes")]
[JsonConverter(typeof(AttributesJsonConverter))]
public sealed class Attributes : IEquatable<Attributes>, IReadOnlyCollection<AgentAttribute>
{
    [Id(0)]
    private readonly ImmutableArray<AgentAttribute> _items;

    private Attributes(ImmutableArray<AgentAttribute> items) => _items = items;

    /// <summary>No attributes.</summary>
    public static Attributes Empty { get; } = new([]);

    /// <summary>The attributes, in the order in which they were given.</summary>
    public ImmutableArray<AgentAttribute> Items => _items.IsDefault ? [] : _items;

    /// <summary>How many there are.</summary>
    public int Count => Items.Length;

    /// <summary>Makes a collection of attributes.</summary>
    public static Attributes Of(IEnumerable<AgentAttribute> attributes) => new([.. attributes]);

    /// <summary>Reads <c>name:value</c> pairs between semicolons or line ends; the value may itself hold colons.</summary>
    /// <exception cref="FormatException">The text is not valid; the message lists every problem.</exception>
    public static Attributes Parse(string text) =>
        TryParse(text, out var attributes, out var errors) ? attributes : throw new FormatException(string.Join("; ", errors));

    /// <summary>Reads like <see cref="Parse"/>, without an exception.</summary>
    /// <param name="text">The text.</param>
    /// <param name="attributes">What was read; empty when something is wrong.</param>
    /// <param name="errors">Every problem found.</param>
    public static bool TryParse(string text, out Attributes attributes, out ImmutableArray<string> errors)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        var items = ImmutableArray.CreateBuilder<AgentAttribute>();
        foreach (var token in text.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = token.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == token.Length - 1)
            {
                problems.Add($"Invalid attribute '{token.Trim()}': name:value is needed");
                continue;
            }
            var value = ValueParser.Parse(token[(colon + 1)..]);
            if (value.Error is not null)
            {
                problems.Add($"Invalid attribute '{token.Trim()}': {value.Error}");
                continue;
            }
            items.Add(new()
            {
                Name = token[..colon].Trim(),
                Type = value.Type,
                Text = value.Text,
                Milli = value.Milli,
                Ranges = value.Ranges,
                Items = value.Items,
            });
        }
        errors = problems.ToImmutable();
        attributes = errors.Length == 0 ? new(items.ToImmutable()) : Empty;
        return errors.Length == 0;
    }

    /// <summary>The first attribute of a name; null when there is none. As in Mesos, the first one decides.</summary>
    public AgentAttribute? First(string name)
    {
        foreach (var attribute in Items)
        {
            if (attribute.Name == name)
                return attribute;
        }
        return null;
    }

    /// <summary>Same attributes in any order.</summary>
    public bool Equals(Attributes? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Count == other.Count
            && Items.All(attribute => other.Items.Contains(attribute)) && other.Items.All(attribute => Items.Contains(attribute)));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Attributes);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = 0;
        foreach (var item in Items)
            hash += item.GetHashCode();
        return hash;
    }

    /// <summary>Prints the text form, which can be read again.</summary>
    public override string ToString() => string.Join(";", Items);

    /// <inheritdoc />
    public IEnumerator<AgentAttribute> GetEnumerator() => ((IEnumerable<AgentAttribute>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
