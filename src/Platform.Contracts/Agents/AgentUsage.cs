using Platform.Core.Collections;
using Platform.Core;

namespace Platform.Contracts.Agents;

/// <summary>What an agent and its tasks use now.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentUsage")]
public sealed record AgentUsage
{
    /// <summary>When it was measured.</summary>
    [Id(0)] public DateTimeOffset Timestamp { get; init; }

    /// <summary>Cpus in use on the machine.</summary>
    [Id(1)] public double Cpus { get; init; }

    /// <summary>Memory in use on the machine, bytes.</summary>
    [Id(2)] public long MemoryBytes { get; init; }

    /// <summary>Disk in use where the work directory is, bytes.</summary>
    [Id(3)] public long DiskBytes { get; init; }

    /// <summary>Each running task.</summary>
    [Id(4)] public ValueList<TaskUsage> Tasks { get; init; }

    /// <summary>Room that is allocated and not used, offered as revocable; null: none.</summary>
    [Id(5)] public Resources? Slack { get; init; }
}
