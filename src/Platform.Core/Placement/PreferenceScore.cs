using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>
/// The part of the score that comes from one preference, for each value of its field, in millionths of its weight:
/// attribute, all or nothing; affinity, all when there is such a task; anti-affinity, once for each such task; spread,
/// (wanted - there) / wanted, which is 1 where nothing is and 0 where the share is reached.
/// </summary>
internal sealed class PreferenceScore
{
    private const long Whole = 1_000_000;

    /// <summary>A value that should get nothing is as bad as one that has a thousand times its share.</summary>
    private const long Worst = -1_000 * Whole;

    private readonly Preference preference;
    private readonly Dictionary<int, int>? counts;
    private readonly StaticConstraint? matcher;
    private readonly Dictionary<int, double> wanted = [];
    private double wantedByOthers;

    public PreferenceScore(PlacementPool pool, Preference preference, CompiledDemand demand)
    {
        this.preference = preference;
        Field = pool.Field(preference.Field);
        var owner = preference.Value.Length == 0 ? demand.Demand.Owner : preference.Value;
        switch (preference.Kind)
        {
            case PreferenceKind.Attribute:
                matcher = new StaticConstraint(new Constraint(preference.Field, preference.Operator, preference.Value));
                break;
            case PreferenceKind.Owner when owner != demand.Demand.Owner:
                counts = pool.KnownTally(owner)?.CountsBy(Field);
                break;
            default:
                counts = demand.Tally.CountsBy(Field);
                IsDynamic = true;
                break;
        }
    }

    public FieldIndex Field { get; }

    /// <summary>Whether it changes as tasks of the demand are placed.</summary>
    public bool IsDynamic { get; }

    /// <summary>Whether placing a task makes other agents better, not only worse.</summary>
    public bool Attracts => IsDynamic && preference.Kind == PreferenceKind.Owner && preference.Weight > 0;

    public bool IsSpread => preference.Kind == PreferenceKind.Spread;

    /// <summary>Sets the wanted numbers of a spread.</summary>
    /// <param name="values">The values that eligible agents have.</param>
    /// <param name="total">How many tasks are to be spread.</param>
    public void Aim(IReadOnlyCollection<int> values, int total)
    {
        var named = 0;
        var percent = 0;
        foreach (var target in preference.Targets)
        {
            percent += target.Percent;
            var value = Field.NumberOf(target.Value);
            if (value < 0) continue;
            wanted[value] = total * target.Percent / 100.0;
            if (values.Contains(value)) named++;
        }

        wantedByOthers = values.Count > named ? total * Math.Max(0, 100 - percent) / 100.0 / (values.Count - named) : 0;
    }

    /// <summary>The values of the field whose score may differ from that of a value without tasks: those with tasks, with a share of their own, or that match.</summary>
    public IEnumerable<int> SpecialValues()
    {
        if (matcher is null) return (counts?.Keys ?? Enumerable.Empty<int>()).Concat(wanted.Keys);
        return Enumerable.Range(0, Field.ValueCount).Where(value => matcher.Matches(Field.TextOf(value)));
    }

    /// <summary>The score of all values that are not special.</summary>
    public long OfOthers => matcher is not null || !IsSpread ? 0 : preference.Weight * (wantedByOthers <= 0 ? Worst : Whole);

    public bool IsAttribute => matcher is not null;

    public long Of(AgentSlot slot) => Of(Field.ValueOf(slot.Index));

    public long Of(int value)
    {
        if (matcher is not null) return matcher.Matches(value < 0 ? null : Field.TextOf(value)) ? preference.Weight * Whole : 0;
        if (value < 0) return IsSpread ? preference.Weight * Worst : 0;
        var count = counts?.GetValueOrDefault(value) ?? 0;
        if (!IsSpread) return preference.Weight * Whole * (preference.Weight > 0 ? Math.Min(1, count) : count);
        var share = wanted.TryGetValue(value, out var named) ? named : wantedByOthers;
        return preference.Weight * (share <= 0 ? Worst - count : Math.Max(Worst, (long)((share - count) / share * Whole)));
    }
}
