using Platform.Core.Collections;

namespace Platform.Core.Schedules;

/// <summary>When something is due, as it was asked for.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ScheduleSpec")]
public sealed record ScheduleSpec
{
    /// <summary>A cron expression, or a repeating interval of ISO 8601: <c>R5/2026-03-01T13:00:00Z/P1D</c>.</summary>
    [Id(0)] public required string Expression { get; init; }

    /// <summary>The zone whose wall clock counts, by its IANA name. Null: UTC for cron; for an interval the offset of its start.</summary>
    [Id(1)] public string? Zone { get; init; }

    /// <summary>How cron expressions are read. Default <see cref="CronDialect.Unix"/>.</summary>
    [Id(2)] public CronDialect Dialect { get; init; }

    /// <summary>
    /// Days on which nothing is due, in the schedule's zone: <c>2026-12-25</c>, <c>12-25</c> for every year, or a range of either
    /// such as <c>2026-12-24/2027-01-02</c>. Default none.
    /// </summary>
    [Id(3)] public ValueList<string> Exclude { get; init; }
}
