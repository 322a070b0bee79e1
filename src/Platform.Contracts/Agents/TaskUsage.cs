namespace Platform.Contracts.Agents;

/// <summary>What one task uses now.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskUsage")]
public sealed record TaskUsage
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>Its owner.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>Cpu time since its start, seconds.</summary>
    [Id(2)] public double CpuSeconds { get; init; }

    /// <summary>Cpus in use since the last heartbeat.</summary>
    [Id(3)] public double Cpus { get; init; }

    /// <summary>Resident memory, bytes.</summary>
    [Id(4)] public long MemoryBytes { get; init; }

    /// <summary>Processes.</summary>
    [Id(5)] public int Processes { get; init; }
}
