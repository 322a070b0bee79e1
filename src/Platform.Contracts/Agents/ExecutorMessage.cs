namespace Platform.Contracts.Agents;

/// <summary>A message between a framework and one of its executors, either way. It may be lost, as Mesos has it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ExecutorMessage")]
public sealed record ExecutorMessage
{
    /// <summary>The framework, as the owner of tasks.</summary>
    [Id(0)] public required string Owner { get; init; }

    /// <summary>The framework's name for the executor.</summary>
    [Id(1)] public required string ExecutorId { get; init; }

    /// <summary>What it says.</summary>
    [Id(2)] public byte[] Data { get; init; } = [];
}
