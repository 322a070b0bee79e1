using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;

namespace Platform.Contracts.Frameworks;

/// <summary>What readers see of a framework.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkStatus")]
public sealed record FrameworkStatus
{
    /// <summary>The framework id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Its description.</summary>
    [Id(1)] public required FrameworkSpec Spec { get; init; }

    /// <summary>It has a stream.</summary>
    [Id(2)] public bool IsConnected { get; init; }

    /// <summary>When it subscribed for the first time.</summary>
    [Id(3)] public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it subscribed for the last time; null: only once.</summary>
    [Id(4)] public DateTimeOffset? ReregisteredAt { get; init; }

    /// <summary>When it ended; null: it has not.</summary>
    [Id(5)] public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>Its tasks, also those that ended and are still remembered.</summary>
    [Id(6)] public ValueList<FrameworkTaskState> Tasks { get; init; }

    /// <summary>The offers that it has not answered.</summary>
    [Id(7)] public ValueList<Offer> Offers { get; init; }

    /// <summary>Its executors that have not ended.</summary>
    [Id(8)] public ValueList<FrameworkExecutor> Executors { get; init; }

    /// <summary>Its operations whose outcome it has not acknowledged.</summary>
    [Id(9)] public ValueList<FrameworkOperationState> Operations { get; init; }
}
