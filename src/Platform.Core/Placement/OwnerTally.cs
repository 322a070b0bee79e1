namespace Platform.Core.Placement;

/// <summary>How many tasks an owner has, by agent and by value of the fields that somebody asked about.</summary>
internal sealed class OwnerTally
{
    private readonly List<(FieldIndex Field, Dictionary<int, int> Counts)> byField = [];

    public int Total { get; private set; }

    public Dictionary<int, int> ByAgent { get; private init; } = [];

    /// <summary>What the task that came last looked like.</summary>
    public TaskClass? LastClass { get; set; }

    /// <summary>How many may be away at a time because they were preempted; null = no limit.</summary>
    public int? Budget { get; set; }

    /// <summary>How many are away because they were preempted and have not been replaced.</summary>
    public int Away { get; set; }

    public bool IsEmpty => Total == 0 && Away == 0 && Budget is null;

    public void Add(int agent, int change)
    {
        Total += change;
        Change(ByAgent, agent, change);
        foreach (var (field, counts) in byField) Change(counts, field.ValueOf(agent), change);
    }

    /// <summary>Counts by value of a field, kept up to date from now on; -1 stands for agents without the field.</summary>
    public Dictionary<int, int> CountsBy(FieldIndex field)
    {
        foreach (var (known, counted) in byField)
            if (ReferenceEquals(known, field)) return counted;
        var counts = new Dictionary<int, int>();
        foreach (var (agent, tasks) in ByAgent) Change(counts, field.ValueOf(agent), tasks);
        byField.Add((field, counts));
        return counts;
    }

    /// <summary>A copy for another pool, whose fields are other objects; it counts by field again when asked.</summary>
    public OwnerTally Clone() => new() { Total = Total, ByAgent = new(ByAgent), Budget = Budget, Away = Away };

    private static void Change(Dictionary<int, int> counts, int key, int change)
    {
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        count += change;
        if (count == 0) counts.Remove(key);
    }
}
