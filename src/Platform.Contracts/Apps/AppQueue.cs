using Platform.Core.Placement;

namespace Platform.Contracts.Apps;

/// <summary>Instances that wait to be started.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppQueue")]
public sealed record AppQueue
{
    /// <summary>How many.</summary>
    [Id(0)] public int Count { get; init; }

    /// <summary>Since when.</summary>
    [Id(1)] public DateTimeOffset Since { get; init; }

    /// <summary>No launch before this instant because of earlier failures; null: no delay.</summary>
    [Id(2)] public DateTimeOffset? DelayedUntil { get; init; }

    /// <summary>Why no agent takes them, as the allocator last said; null: not known yet.</summary>
    [Id(3)] public PendingExplanation? Explanation { get; init; }

    /// <summary>How many found a place since the app was last changed, or its grain was activated.</summary>
    [Id(4)] public int Placed { get; init; }

    /// <summary>When the last one found a place; null: none has.</summary>
    [Id(5)] public DateTimeOffset? LastPlacedAt { get; init; }
}
