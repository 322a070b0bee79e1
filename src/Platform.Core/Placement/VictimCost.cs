namespace Platform.Core.Placement;

/// <summary>What a set of victims costs: their number first, then their highest priority, then how long the oldest has run.</summary>
/// <param name="Count">How many tasks are killed.</param>
/// <param name="Priority">The highest priority among them.</param>
/// <param name="OldestStart">When the oldest of them started, in UTC ticks; later is better.</param>
/// <param name="Agent">The agent, for a fixed order among equals.</param>
internal readonly record struct VictimCost(int Count, int Priority, long OldestStart, int Agent) : IComparable<VictimCost>
{
    public int CompareTo(VictimCost other)
    {
        if (Count != other.Count) return Count.CompareTo(other.Count);
        if (Priority != other.Priority) return Priority.CompareTo(other.Priority);
        if (OldestStart != other.OldestStart) return other.OldestStart.CompareTo(OldestStart);
        return Agent.CompareTo(other.Agent);
    }

    public static VictimCost Of(IReadOnlyList<TaskEntry> victims, int agent)
    {
        var (priority, oldest) = (0, long.MaxValue);
        foreach (var victim in victims)
        {
            priority = Math.Max(priority, victim.Class.Priority);
            oldest = Math.Min(oldest, victim.Started);
        }

        return new VictimCost(victims.Count, priority, oldest, agent);
    }
}
