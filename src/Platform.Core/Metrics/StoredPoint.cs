namespace Platform.Core.Metrics;

/// <summary>A point and its place, which a newer one takes over after the length of the span.</summary>
/// <param name="Span">The span that it is part of.</param>
/// <param name="Slot">Its place in the span.</param>
/// <param name="Point">The point.</param>
public sealed record StoredPoint(MetricsSpan Span, int Slot, MetricsPoint Point)
{
    /// <summary>The name of the place.</summary>
    public string Key => $"{Span}:{Slot}";
}
