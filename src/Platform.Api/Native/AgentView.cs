using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Api.Native;

/// <summary>All agents.</summary>
internal sealed record AgentList(IReadOnlyList<AgentView> Agents);

/// <summary>One agent with its tasks.</summary>
internal sealed record AgentDetail(AgentView Agent, IReadOnlyList<AgentTaskView> TaskList);

/// <summary>One task on an agent.</summary>
internal sealed record AgentTaskView(string Id, string Owner, string State, string Resources, string Role, DateTimeOffset StartedAt, int? ProcessId)
{
    internal static AgentTaskView Of(TaskReport report) => new(
        report.Status.TaskId, report.Status.Owner, report.Status.State.ToWireName(), report.Resources.ToString(), report.Role, report.StartedAt, report.Status.ProcessId);
}

/// <summary>One agent, as it is shown. Units: memory and disk in bytes.</summary>
internal sealed record AgentView
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Hostname { get; init; }

    public required string Address { get; init; }

    public AgentCondition Condition { get; init; }

    /// <summary>How many tasks it has.</summary>
    public int Tasks { get; init; }

    /// <summary>What it offers, in Mesos' text form.</summary>
    public required string Resources { get; init; }

    /// <summary>What its tasks hold, in Mesos' text form.</summary>
    public required string Used { get; init; }

    public string Attributes { get; init; } = "";

    public string? Region { get; init; }

    public string? Zone { get; init; }

    public string? Pool { get; init; }

    public IReadOnlyList<string> Taints { get; init; } = [];

    public string Version { get; init; } = "";

    /// <summary>Whether limits are enforced, and if not why not.</summary>
    public string? Isolation { get; init; }

    public bool Simulated { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    public DateTimeOffset? ReregisteredAt { get; init; }

    public DateTimeOffset? UnreachableSince { get; init; }

    public double? CpusInUse { get; init; }

    public long? MemoryInUse { get; init; }

    public long? DiskInUse { get; init; }

    internal static AgentView Of(string id, AgentStatus status) => new()
    {
        Id = id,
        Name = status.Registration.Name,
        Hostname = status.Registration.Hostname,
        Address = status.Registration.Address,
        Condition = status.Condition,
        Tasks = status.Tasks.Count,
        Resources = status.Registration.Resources.ToString(),
        Used = status.Tasks.Aggregate(Core.Resources.Empty, (sum, task) => sum.Plus(task.Resources)).ToString(),
        Attributes = status.Registration.Attributes,
        Region = status.Registration.Region,
        Zone = status.Registration.Zone,
        Pool = status.Registration.Pool,
        Taints = [.. status.Registration.Taints],
        Version = status.Registration.Version,
        Isolation = status.Registration.Isolation,
        Simulated = status.Registration.Simulated,
        RegisteredAt = status.RegisteredAt,
        ReregisteredAt = status.ReregisteredAt,
        UnreachableSince = status.UnreachableSince,
        CpusInUse = status.Usage?.Cpus,
        MemoryInUse = status.Usage?.MemoryBytes,
        DiskInUse = status.Usage?.DiskBytes,
    };
}
