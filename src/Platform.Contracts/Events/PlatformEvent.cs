namespace Platform.Contracts.Events;

/// <summary>Something that happened.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PlatformEvent")]
public sealed record PlatformEvent
{
    /// <summary>Its place in the log, from 1; 0 until it is in the log.</summary>
    [Id(0)] public long Sequence { get; init; }

    /// <summary>When it happened.</summary>
    [Id(1)] public DateTimeOffset Timestamp { get; init; }

    /// <summary>Its type, such as <c>status_update_event</c>; Marathon's names where it has one.</summary>
    [Id(2)] public required string Type { get; init; }

    /// <summary>The whole event as a JSON object in Marathon's shape, <c>eventType</c> and <c>timestamp</c> included.</summary>
    [Id(3)] public required string Json { get; init; }
}
