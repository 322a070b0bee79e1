using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Events;

namespace Platform.Api.Events;

/// <summary>An event as readers are told it: written out once, however many read it in this process.</summary>
public sealed class StreamedEvent(PlatformEvent happened)
{
    private string? _json = happened.Json;

    /// <summary>Its place in the log, from 1.</summary>
    public long Sequence { get; } = happened.Sequence;

    /// <summary>When it happened.</summary>
    public DateTimeOffset Timestamp { get; } = happened.Timestamp;

    /// <summary>Its type, such as <c>status_update_event</c>; Marathon's names where it has one.</summary>
    public string Type { get; } = happened.Type ?? EventTypes.Of(happened.What);

    /// <summary>What happened.</summary>
    public Happening What { get; } = happened.What;

    /// <summary>The whole event as a JSON object in Marathon's shape, <c>eventType</c> and <c>timestamp</c> included.</summary>
    public string Json => _json ??= EventJson.Of(What, Timestamp);
}
