using Platform.Contracts.Events;

namespace Platform.Grains.Events;

/// <summary>Tells the event log what happens.</summary>
public static class PlatformEvents
{
    /// <summary>An instant in texts for programs: UTC with milliseconds.</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>Sends what happened to the log without waiting.</summary>
    public static void Publish(IGrainFactory grains, DateTimeOffset now, Happening what) =>
        grains.GetGrain<IEventLogGrain>(0).AppendAsync([new() { Timestamp = now, What = what }]).Ignore();

    /// <summary>Adds what happened.</summary>
    public static void Add(this ICollection<PlatformEvent> events, DateTimeOffset now, Happening what) => events.Add(new() { Timestamp = now, What = what });
}
