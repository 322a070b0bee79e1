namespace Platform.Contracts.Events;

/// <summary>Something that happened, with its place in the log.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PlatformEvent")]
public sealed record PlatformEvent
{
    /// <summary>Its place in the log, from 1; 0 until it is in the log.</summary>
    [Id(0)] public long Sequence { get; init; }

    /// <summary>When it happened.</summary>
    [Id(1)] public DateTimeOffset Timestamp { get; init; }

    /// <summary>Its type as users are told it, of an event from before events had types of their own; null: <see cref="What"/> says what happened.</summary>
    [Id(2)] public string? Type { get; init; }

    /// <summary>As users are told it, of an event from before events had types of their own; null: <see cref="What"/> says what happened.</summary>
    [Id(3)] public string? Json { get; init; }

    /// <summary>What happened.</summary>
    [Id(4)] public Happening What { get; init; } = Happening.Unknown;

    /// <summary>The size of all events before it in the log since it began, those that are no longer kept included, bytes; 0 until it is in the log.</summary>
    [Id(5)] public long Position { get; init; }

    /// <summary>When the log took it, by the clock of the log: never before an event that is before it.</summary>
    [Id(6)] public DateTimeOffset TakenAt { get; init; }
}
