namespace Platform.Core.Metrics;

/// <summary>The cluster's numbers over time, bounded: 360 points of 10 s, 1,440 of a minute, 4,320 of 10 minutes.</summary>
/// <remarks>A point of a coarser span is the average of those of the finer one in its while, made when the while is over.</remarks>
public sealed class MetricsHistory
{
    private static readonly Ring[] Shapes = [new(10, 360), new(60, 1_440), new(600, 4_320)];

    private readonly MetricsPoint?[][] _rings = [.. Shapes.Select(shape => new MetricsPoint?[shape.Count])];
    private DateTimeOffset? _last;

    /// <summary>The time between two points.</summary>
    public static TimeSpan StepOf(MetricsSpan span) => TimeSpan.FromSeconds(Shapes[(int)span].Seconds);

    /// <summary>How far back a span goes.</summary>
    public static TimeSpan LengthOf(MetricsSpan span) => TimeSpan.FromSeconds(Shapes[(int)span].Seconds * Shapes[(int)span].Count);

    /// <summary>Adds what was measured, and the averages of what is over with it.</summary>
    /// <returns>Every point that was put into a place, to be stored.</returns>
    public IReadOnlyList<StoredPoint> Add(MetricsPoint point)
    {
        var stored = new List<StoredPoint>();
        if (_last is { } last)
        {
            foreach (var span in (MetricsSpan[])[MetricsSpan.Day, MetricsSpan.Month])
            {
                var began = Floor(last, span);
                if (began != Floor(point.At, span) && PointsIn(span - 1, began, began + StepOf(span)) is { Count: > 0 } parts)
                    stored.Add(Put(span, MetricsPoint.Average(began, parts)));
            }
        }

        _last = point.At;
        stored.Add(Put(MetricsSpan.Hour, point));
        return stored;
    }

    /// <summary>Puts a stored point back into its place.</summary>
    public void Restore(StoredPoint stored)
    {
        // What was stored by a version with other bounds is not shown.
        if (stored.Slot >= 0 && stored.Slot < Shapes[(int)stored.Span].Count)
            _rings[(int)stored.Span][stored.Slot] = stored.Point;
        if (stored.Span == MetricsSpan.Hour && (_last is null || stored.Point.At > _last))
            _last = stored.Point.At;
    }

    /// <summary>The points that are not older than the span, oldest first.</summary>
    public IReadOnlyList<MetricsPoint> Read(MetricsSpan span, DateTimeOffset now) => PointsIn(span, now - LengthOf(span), now + StepOf(span));

    private List<MetricsPoint> PointsIn(MetricsSpan span, DateTimeOffset from, DateTimeOffset until) =>
        [.. _rings[(int)span].OfType<MetricsPoint>().Where(point => point.At >= from && point.At < until).OrderBy(point => point.At)];

    private StoredPoint Put(MetricsSpan span, MetricsPoint point)
    {
        var slot = (int)(point.At.ToUnixTimeSeconds() / Shapes[(int)span].Seconds % Shapes[(int)span].Count);
        _rings[(int)span][slot] = point;
        return new(span, slot, point);
    }

    private static DateTimeOffset Floor(DateTimeOffset at, MetricsSpan span)
    {
        var step = Shapes[(int)span].Seconds;
        return DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / step * step);
    }

    private readonly record struct Ring(int Seconds, int Count);
}
