using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>
/// A soft rule: it orders the agents that can run a task and rejects none. The sum of all preferences decides first;
/// bin-pack or spread decides among agents with the same sum.
/// </summary>
[GenerateSerializer, Immutable, Alias("Platform.Preference")]
public sealed record Preference
{
    /// <summary>What is looked at.</summary>
    [Id(0)] public PreferenceKind Kind { get; init; }

    /// <summary>hostname, @hostname, @region, @zone or an attribute. For <see cref="PreferenceKind.Owner"/> it says what "near" means. Default hostname.</summary>
    [Id(1)] public string Field { get; init; } = "hostname";

    /// <summary>For <see cref="PreferenceKind.Attribute"/>: IS, LIKE or UNLIKE. Default IS.</summary>
    [Id(2)] public ConstraintOperator Operator { get; init; } = ConstraintOperator.Is;

    /// <summary>For <see cref="PreferenceKind.Attribute"/>: the operand. For <see cref="PreferenceKind.Owner"/>: the owner, empty for the demand's own.</summary>
    [Id(3)] public string Value { get; init; } = "";

    /// <summary>-100 to 100; below 0 avoids. A spread uses 1 to 100. Default 50.</summary>
    [Id(4)] public int Weight { get; init; } = 50;

    /// <summary>For <see cref="PreferenceKind.Spread"/>: the wanted shares; empty for an even spread.</summary>
    [Id(5)] public ImmutableArray<SpreadTarget> Targets { get; init; } = [];

    /// <summary>Agents whose field has this value get the weight.</summary>
    public static Preference ForAttribute(string field, string value, int weight = 50) =>
        new() { Kind = PreferenceKind.Attribute, Field = field, Value = value, Weight = weight };

    /// <summary>Agents near tasks of an owner get the weight; below 0 it is anti-affinity and counts once for each such task.</summary>
    public static Preference ForOwner(string owner, int weight = 50, string field = "hostname") =>
        new() { Kind = PreferenceKind.Owner, Field = field, Value = owner, Weight = weight };

    /// <summary>The owner's tasks are spread over the values of the field.</summary>
    public static Preference ForSpread(string field, int weight = 50, params ImmutableArray<SpreadTarget> targets) =>
        new() { Kind = PreferenceKind.Spread, Field = field, Weight = weight, Targets = targets };
}
