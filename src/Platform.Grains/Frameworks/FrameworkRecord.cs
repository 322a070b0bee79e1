using Platform.Core.Frameworks;

namespace Platform.Grains.Frameworks;

/// <summary>What is stored of a framework besides its tasks.</summary>
[GenerateSerializer, Alias("Platform.FrameworkRecord")]
public sealed record FrameworkRecord
{
    /// <summary>Its description; null: it never subscribed.</summary>
    [Id(0)] public FrameworkSpec? Spec { get; set; }

    /// <summary>Its current stream; null: it has none.</summary>
    [Id(1)] public string? StreamId { get; set; }

    /// <summary>When it subscribed for the first time.</summary>
    [Id(2)] public DateTimeOffset RegisteredAt { get; set; }

    /// <summary>When it subscribed for the last time, if more than once.</summary>
    [Id(3)] public DateTimeOffset? ReregisteredAt { get; set; }

    /// <summary>Since when it is away; null: it is not.</summary>
    [Id(4)] public DateTimeOffset? DisconnectedAt { get; set; }

    /// <summary>When it ended; null: it has not.</summary>
    [Id(5)] public DateTimeOffset? RemovedAt { get; set; }

    /// <summary>Grows with each activation, ahead of its first effect.</summary>
    [Id(6)] public long Term { get; set; }
}
