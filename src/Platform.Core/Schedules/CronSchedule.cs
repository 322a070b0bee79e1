using Cronos;

namespace Platform.Core.Schedules;

/// <summary>The due instants of a cron expression.</summary>
/// <remarks>
/// At a change of the clock a time that does not exist is due at the next valid instant and a time that occurs twice is due once, but
/// expressions that repeat within the hour or every few hours go on by elapsed time.
/// </remarks>
internal sealed class CronSchedule(CronExpression expression, CronExpression? either, CronFields fields, ScheduleZone zone) : Schedule(zone)
{
    public override string Describe() => $"{fields.Describe()}, {Zone.Id}";

    private protected override DateTimeOffset? Following(DateTimeOffset after)
    {
        var first = expression.GetNextOccurrence(after, Zone.Clock);
        if (either is null)
            return first;
        var second = either.GetNextOccurrence(after, Zone.Clock);
        return first is null || second < first ? second : first;
    }
}
