namespace Platform.Core.Tasks;

/// <summary>What makes a task the executor of others: a program that subscribes at its agent by Mesos' executor API and is handed tasks there.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ExecutorSpec")]
public sealed record ExecutorSpec
{
    /// <summary>The framework that it belongs to.</summary>
    [Id(0)] public required string FrameworkId { get; init; }

    /// <summary>The framework's name for it, unique among the executors of a framework on one agent.</summary>
    [Id(1)] public required string ExecutorId { get; init; }

    /// <summary>Itself in the words of its protocol (Mesos' ExecutorInfo in protobuf).</summary>
    [Id(2)] public byte[] Definition { get; init; } = [];

    /// <summary>Its framework in the words of its protocol (Mesos' FrameworkInfo in protobuf).</summary>
    [Id(3)] public byte[] Framework { get; init; } = [];

    /// <summary>
    /// It is Mesos' default executor: no program of its own, but what its agent holds for the groups of tasks that name it. It ends with the last of them.
    /// </summary>
    [Id(4)] public bool IsDefault { get; init; }
}
