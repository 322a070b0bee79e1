namespace Platform.Core.Metrics;

/// <summary>How long something took that happens again and again: the latest 1,000 times within an hour.</summary>
public sealed class TimingWindow
{
    /// <summary>So many are looked at.</summary>
    public const int Most = 1_000;

    /// <summary>How far back it goes.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromHours(1);

    private readonly Queue<(DateTimeOffset At, double Milliseconds)> _times = new();

    /// <summary>Adds one that has ended now.</summary>
    public void Add(DateTimeOffset now, TimeSpan took)
    {
        if (_times.Count == Most)
            _times.Dequeue();
        _times.Enqueue((now, took.TotalMilliseconds));
    }

    /// <summary>What is known of them; null: there was none.</summary>
    public TimingSummary? Summarize(DateTimeOffset now)
    {
        while (_times.TryPeek(out var oldest) && now - oldest.At > Length)
            _times.Dequeue();
        if (_times.Count == 0)
            return null;
        var last = _times.Last().Milliseconds;
        var sorted = _times.Select(time => time.Milliseconds).Order().ToArray();
        return new()
        {
            Count = sorted.Length,
            Last = last,
            Min = sorted[0],
            Max = sorted[^1],
            P50 = At(0.5),
            P90 = At(0.9),
            P95 = At(0.95),
            P99 = At(0.99),
            P999 = At(0.999),
            P9999 = At(0.9999),
        };

        // Between the two nearest in proportion, as Mesos does it.
        double At(double part)
        {
            var position = part * (sorted.Length - 1);
            var (below, above) = (sorted[(int)position], sorted[Math.Min((int)position + 1, sorted.Length - 1)]);
            return below + (position - Math.Floor(position)) * (above - below);
        }
    }
}
