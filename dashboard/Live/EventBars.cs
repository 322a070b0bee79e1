using Platform.Api.Events;

namespace Platform.Dashboard.Live;

/// <summary>How much has happened in a stretch of time.</summary>
/// <param name="From">When it begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="All">How many events.</param>
/// <param name="Troubles">How many of them tell of something that went wrong.</param>
internal sealed record EventBar(DateTimeOffset From, TimeSpan Length, int All, int Troubles);

/// <summary>Counts events over time.</summary>
internal static class EventBars
{
    /// <summary>Stretches people count in, s.</summary>
    private static readonly int[] Lengths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

    /// <summary>The stretches from the oldest event to the newest, oldest first; none: nothing has happened.</summary>
    /// <param name="events">The events, newest first.</param>
    /// <param name="most">So many stretches at most.</param>
    internal static IReadOnlyList<EventBar> Of(IReadOnlyList<StreamedEvent> events, int most)
    {
        if (events.Count == 0)
            return [];
        var (first, last) = (events[^1].Timestamp.ToUnixTimeSeconds(), events[0].Timestamp.ToUnixTimeSeconds());
        var length = Lengths.FirstOrDefault(length => (last / length) - (first / length) < most, (int)Math.Ceiling((last - first + 1) / (most - 1d)));
        var begin = first / length;
        var counts = new (int All, int Troubles)[(last / length) - begin + 1];
        foreach (var item in events)
        {
            ref var count = ref counts[Math.Clamp((item.Timestamp.ToUnixTimeSeconds() / length) - begin, 0, counts.Length - 1)];
            count = (count.All + 1, count.Troubles + (EventFacts.Of(item).IsTrouble ? 1 : 0));
        }
        return [.. counts.Select((count, i) => new EventBar(DateTimeOffset.FromUnixTimeSeconds((begin + i) * length), TimeSpan.FromSeconds(length), count.All, count.Troubles))];
    }
}
