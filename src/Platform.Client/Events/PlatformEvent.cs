using System.Text.Json;

namespace Platform.Client.Events;

/// <summary>Something that happened.</summary>
/// <param name="Sequence">Its number; null: the stream did not give one.</param>
/// <param name="Type">Its type, such as <c>status_update_event</c>.</param>
/// <param name="Content">The event, in Marathon's shape.</param>
public sealed record PlatformEvent(long? Sequence, string Type, JsonElement Content);
