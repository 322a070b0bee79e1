using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;

namespace Platform.Contracts.Frameworks;

/// <summary>Something that a framework is told; exactly one of its parts is there.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkEvent")]
public sealed record FrameworkEvent
{
    /// <summary>New offers.</summary>
    [Id(0)] public ValueList<Offer> Offers { get; init; }

    /// <summary>New inverse offers.</summary>
    [Id(1)] public ValueList<InverseOffer> InverseOffers { get; init; }

    /// <summary>An offer that is taken back.</summary>
    [Id(2)] public string? Rescinded { get; init; }

    /// <summary>An inverse offer that is taken back.</summary>
    [Id(3)] public string? RescindedInverse { get; init; }

    /// <summary>A task's status.</summary>
    [Id(4)] public FrameworkUpdate? Update { get; init; }

    /// <summary>What became of an operation that has an id.</summary>
    [Id(5)] public OperationOutcome? Operation { get; init; }

    /// <summary>An agent is gone, and its tasks with it.</summary>
    [Id(6)] public string? LostAgentId { get; init; }

    /// <summary>An executor has a message or has ended.</summary>
    [Id(7)] public ExecutorNews? Executor { get; init; }
}
