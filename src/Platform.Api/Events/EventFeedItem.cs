namespace Platform.Api.Events;

/// <summary>An event, or how many the reader missed.</summary>
/// <param name="Event">The event; null: some were missed.</param>
/// <param name="Missed">How many were no longer kept when the reader came to them.</param>
public sealed record EventFeedItem(StreamedEvent? Event, long Missed);
