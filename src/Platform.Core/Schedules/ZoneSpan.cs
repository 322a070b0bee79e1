namespace Platform.Core.Schedules;

/// <summary>A time between two changes of a zone's clock. Wall times are written as if they were UTC.</summary>
/// <param name="Start">Its first instant.</param>
/// <param name="End">The first instant after it.</param>
/// <param name="Offset">How far the wall clock is ahead of UTC in it.</param>
internal readonly record struct ZoneSpan(DateTimeOffset Start, DateTimeOffset End, TimeSpan Offset)
{
    /// <summary>What the wall clock shows at its start.</summary>
    internal DateTime WallStart => WallOf(Start);

    /// <summary>What the wall clock would show at its end.</summary>
    internal DateTime WallEnd => WallOf(End);

    /// <summary>What the wall clock shows at an instant of it.</summary>
    internal DateTime WallOf(DateTimeOffset instant) => new(Math.Clamp(instant.UtcTicks + Offset.Ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    /// <summary>The instant in it at which the wall clock shows a time.</summary>
    internal DateTimeOffset InstantOf(DateTime wall) => new(wall.Ticks - Offset.Ticks, TimeSpan.Zero);
}
