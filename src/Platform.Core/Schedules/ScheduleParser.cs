namespace Platform.Core.Schedules;

/// <summary>Makes schedules of their definitions.</summary>
public static class ScheduleParser
{
    /// <summary>Reads a schedule.</summary>
    /// <param name="spec">What was asked for.</param>
    /// <param name="now">When an interval begins that does not say so; never makes a difference otherwise.</param>
    /// <param name="seed">Decides the values of <c>H</c>: the same for the same text, see <see cref="SeedOf"/>.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <param name="path">Where the schedule is in its definition, for messages; empty: the definition is the schedule.</param>
    /// <returns>The schedule; null when something is wrong with it.</returns>
    public static Schedule? Parse(ScheduleSpec spec, DateTimeOffset now, int seed, List<SpecProblem> problems, string path = "")
    {
        var before = problems.Count;
        var prefix = path.Length == 0 ? "" : path + ".";
        ScheduleZone? zone = null;
        if (!string.IsNullOrEmpty(spec.Zone) && (zone = ScheduleZone.Find(spec.Zone)) is null)
            problems.Add(new(prefix + "zone", $"there is no time zone '{spec.Zone}'; write an IANA name such as Europe/Berlin, or UTC"));
        var excluded = ExcludedDays.Parse(spec.Exclude, prefix + "exclude", problems);
        var expressionPath = prefix + "expression";
        Schedule? schedule;
        if (string.IsNullOrWhiteSpace(spec.Expression))
        {
            problems.Add(new(expressionPath, "a schedule needs an expression; write one such as 30 2 * * * or R/2026-03-01T13:00:00Z/P1D"));
            return null;
        }
        if (RepeatingParser.IsRepeating(spec.Expression))
            schedule = RepeatingParser.Parse(spec, zone, excluded, now, expressionPath, problems);
        else
            schedule = CronParser.Parse(spec, zone ?? ScheduleZone.Utc, excluded, seed, expressionPath, problems);
        if (schedule is not null && !excluded.IsEmpty && problems.Count == before && schedule is CronSchedule && schedule.NextAfter(now) is null)
            problems.Add(new(prefix + "exclude", "no due time is left; leave out fewer days"));
        return problems.Count > before ? null : schedule;
    }

    /// <summary>A number that is the same for the same text on every machine (FNV-1a).</summary>
    public static int SeedOf(string text)
    {
        var hash = 2_166_136_261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16_777_619u;
        return (int)(hash & 0x7fffffff);
    }
}
