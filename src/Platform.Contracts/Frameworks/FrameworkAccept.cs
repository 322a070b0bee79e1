using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Contracts.Frameworks;

/// <summary>A framework uses offers of one agent.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkAccept")]
public sealed record FrameworkAccept
{
    /// <summary>The offers.</summary>
    [Id(0)] public ValueList<string> OfferIds { get; init; }

    /// <summary>What to do with them, in this order.</summary>
    [Id(1)] public ValueList<FrameworkOperation> Operations { get; init; }

    /// <summary>The filter for what remains, seconds.</summary>
    [Id(2)] public double RefuseSeconds { get; init; } = 5;
}

/// <summary>One operation of an acceptance: a launch, or one on reservations and volumes.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkOperation")]
public sealed record FrameworkOperation
{
    /// <summary>Tasks to launch.</summary>
    [Id(0)] public ValueList<FrameworkLaunch> Launches { get; init; }

    /// <summary>The launches are one group: all or none, and they end together.</summary>
    [Id(1)] public bool IsGroup { get; init; }

    /// <summary>Operations on reservations and volumes; usually one.</summary>
    [Id(2)] public OfferOperation? Operation { get; init; }

    /// <summary>The framework's id of it, by which it is told the outcome; null: it is not.</summary>
    [Id(3)] public string? OperationId { get; init; }

    /// <summary>What is wrong with it as such; then it is not done. Null: nothing.</summary>
    [Id(4)] public string? Problem { get; init; }

    /// <summary>With an id: the operation in the words of the framework's protocol.</summary>
    [Id(5)] public byte[] Definition { get; init; } = [];
}

/// <summary>A task to launch.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkLaunch")]
public sealed record FrameworkLaunch
{
    /// <summary>The framework's name for it.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>What the agent needs; its id and owner are filled in by the framework's grain.</summary>
    [Id(1)] public required TaskSpec Task { get; init; }

    /// <summary>The agent that the framework names, or empty.</summary>
    [Id(2)] public string AgentId { get; init; } = "";

    /// <summary>The executor's name; empty for a plain command.</summary>
    [Id(3)] public string ExecutorId { get; init; } = "";

    /// <summary>The task in the words of the framework's protocol.</summary>
    [Id(4)] public byte[] Definition { get; init; } = [];

    /// <summary>What is wrong with it as such; then it is not launched. Null: nothing.</summary>
    [Id(5)] public string? Problem { get; init; }

    /// <summary>How it wants to be found, but for its host; null: nobody is to find it.</summary>
    [Id(6)] public FrameworkDiscovery? Discovery { get; init; }

    /// <summary>The executor that runs it, which is started if the agent has none of that name; its id and owner are filled in by the framework's grain. Null: it needs none.</summary>
    [Id(7)] public TaskSpec? Executor { get; init; }
}
