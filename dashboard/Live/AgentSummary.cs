using Platform.Contracts.Agents;
using Platform.Core;

namespace Platform.Dashboard.Live;

/// <summary>What lists show of one agent. Units: cpus; memory and disk in MB.</summary>
public sealed record AgentSummary
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Its host.</summary>
    public required string Hostname { get; init; }

    /// <summary>How it is.</summary>
    public AgentCondition Condition { get; init; }

    /// <summary>How many tasks it has.</summary>
    public int Tasks { get; init; }

    /// <summary>What it offers.</summary>
    public ResourceQuantities Total { get; init; }

    /// <summary>What its tasks hold.</summary>
    public ResourceQuantities Held { get; init; }

    /// <summary>Cpus in use on the machine; null: not known.</summary>
    public double? CpusInUse { get; init; }

    /// <summary>Memory in use on the machine, MB; null: not known.</summary>
    public double? MemInUse { get; init; }

    /// <summary>Its node pool, fault domain and attributes, to search in.</summary>
    public string Traits { get; init; } = "";

    /// <summary>When it became unreachable; null if it is not.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Grows with each reading.</summary>
    public long Stamp { get; init; }

    /// <summary>The larger of its shares of cpus and memory that are held, 0 to 1.</summary>
    public double Load => Math.Max(Share(Held.Cpus, Total.Cpus), Share(Held.Mem, Total.Mem));

    /// <summary>The part of a whole, 0 to 1; 0 of nothing.</summary>
    public static double Share(double part, double whole) => whole <= 0 ? 0 : Math.Clamp(part / whole, 0, 1);

    internal static AgentSummary Of(string id, AgentStatus status, long stamp)
    {
        var registration = status.Registration;
        var held = ResourceQuantities.Empty;
        foreach (var task in status.Tasks)
            held += task.Resources.Quantities;
        string?[] traits = [registration.Pool, registration.Region, registration.Zone, registration.Attributes, .. registration.Taints];
        return new()
        {
            Id = id,
            Name = registration.Name,
            Hostname = registration.Hostname,
            Condition = status.Condition,
            Tasks = status.Tasks.Count,
            Total = registration.Resources.Quantities,
            Held = held,
            CpusInUse = status.Usage?.Cpus,
            MemInUse = status.Usage?.MemoryBytes / 1048576d,
            Traits = string.Join(' ', traits.Where(trait => !string.IsNullOrEmpty(trait))),
            UnreachableSince = status.UnreachableSince,
            Stamp = stamp,
        };
    }
}
