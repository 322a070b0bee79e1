namespace Platform.Core.Placement;

/// <summary>One agent of the pool and what is free on it.</summary>
internal sealed class AgentSlot(int index, PoolAgent spec)
{
    public int Index { get; } = index;

    public PoolAgent Spec { get; set; } = spec;

    public Amounts Capacity { get; set; }

    /// <summary>Unreserved and free now. Below zero only after the agent itself has shrunk.</summary>
    public Amounts Free { get; set; }

    public Amounts SlackCapacity { get; set; }

    public Amounts SlackFree { get; set; }

    public PortBits Ports { get; set; } = new([]);

    public ReservedBucket[] Reserved { get; set; } = [];

    public DiskSlot[] Disks { get; set; } = [];

    /// <summary>What tasks that are leaving will give, less what is owed of it. The lane of ports counts theirs.</summary>
    public Amounts Coming { get; set; }

    /// <summary>The same for slack.</summary>
    public Amounts SlackComing { get; set; }

    /// <summary>Claims of the tasks that wait here, in the order in which they are paid.</summary>
    public List<Claim> Claims { get; } = [];

    public List<TaskEntry> Tasks { get; private init; } = [];

    /// <summary>Changed since the pool's indexes saw it last.</summary>
    public bool Dirty { get; set; }

    public AgentSlot Clone() => new(Index, Spec)
    {
        Capacity = Capacity,
        Free = Free,
        SlackCapacity = SlackCapacity,
        SlackFree = SlackFree,
        Ports = Ports.Clone(),
        Reserved = Reserved.Length == 0 ? Reserved : [.. Reserved.Select(bucket => bucket.Clone())],
        Disks = [.. Disks],
        Coming = Coming,
        SlackComing = SlackComing,
        Tasks = [.. Tasks],
    };

    /// <summary>The set of ports that has a port; null when the agent has no such port.</summary>
    public PortBits? PortsWith(int port)
    {
        if (Ports.Has(port)) return Ports;
        foreach (var bucket in Reserved)
            if (bucket.Ports.Has(port)) return bucket.Ports;
        return null;
    }
}
