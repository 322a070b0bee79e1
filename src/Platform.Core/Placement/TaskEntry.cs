namespace Platform.Core.Placement;

/// <summary>One task on one agent. Never changed, so that copies of a pool share it.</summary>
internal sealed class TaskEntry(string id, TaskClass @class, int agent, long started, int[] ports)
{
    public string Id { get; } = id;

    public TaskClass Class { get; } = @class;

    public int Agent { get; } = agent;

    /// <summary>UTC ticks.</summary>
    public long Started { get; } = started;

    public int[] Ports { get; } = ports;

    /// <summary>Null when all is unreserved, or slack.</summary>
    public ReservedDraw[]? Draws { get; init; }

    /// <summary>Parts of disks besides that of the work directory; null when there are none.</summary>
    public DiskPart[]? Disks { get; init; }

    /// <summary>The part that is not drawn from reservations; without ports.</summary>
    public Amounts Unreserved()
    {
        var rest = Class.Scalars;
        if (Draws is null) return rest;
        foreach (var draw in Draws) rest -= draw.Amounts;
        return rest;
    }
}
