using Cronos;

namespace Platform.Core.Schedules;

/// <summary>Reads cron expressions in both dialects.</summary>
internal static class CronParser
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
        ["@every_minute"] = "* * * * *",
    };

    private static readonly string[] FieldNames = ["second", "minute", "hour", "day of month", "month", "day of week"];

    // Nothing repeats after longer than that: the calendar does after 400 years.
    private static readonly DateTime Early = DateTime.UnixEpoch;

    internal static Schedule? Parse(ScheduleSpec spec, ScheduleZone zone, ExcludedDays excluded, int seed, string path, List<SpecProblem> problems)
    {
        if (Fields(spec, path, problems) is not { } fields)
            return null;
        var isJoined = spec.Dialect == CronDialect.Metronome || !fields.RestrictsBothDays;
        fields = fields with { Joined = isJoined };
        try
        {
            var first = Compile(isJoined ? fields : fields with { Weekday = "*" }, seed);
            var second = isJoined ? null : Compile(fields with { Day = "*" }, seed);
            // A half that never comes would be looked for in vain each time.
            CronExpression[] halves = second is null ? [first] : [first, second];
            if (halves.Where(half => half.GetNextOccurrence(Early) is not null).ToList() is not [var due, .. var others])
            {
                problems.Add(new(path, $"'{spec.Expression}' is never due: no such day exists; change the day of month, the month or the day of week"));
                return null;
            }
            return new CronSchedule(due, others.FirstOrDefault(), fields, zone) { Excluded = excluded };
        }
        catch (CronFormatException failure)
        {
            problems.Add(new(path, $"'{spec.Expression}' is no cron expression: {failure.Message}"));
            return null;
        }
    }

    private static CronExpression Compile(CronFields fields, int seed) =>
        CronExpression.Parse(fields.Text, fields.Second is null ? CronFormat.Standard : CronFormat.IncludeSeconds, seed);

    private static CronFields? Fields(ScheduleSpec spec, string path, List<SpecProblem> problems)
    {
        var text = spec.Expression.Trim();
        var isMetronome = spec.Dialect == CronDialect.Metronome;
        if (text.StartsWith('@'))
        {
            if (isMetronome || !Names.TryGetValue(text, out var named))
            {
                problems.Add(new(path, isMetronome
                    ? $"'{text}' is not understood here; write five fields: minute, hour, day of month, month, day of week"
                    : $"there is no '{text}'; there are {string.Join(", ", Names.Keys)}"));
                return null;
            }
            text = named;
        }
        var parts = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5 && (isMetronome || parts.Length != 6))
        {
            problems.Add(new(path, $"'{text}' has {parts.Length} fields; write five (minute, hour, day of month, month, day of week){(isMetronome ? "" : ", or six with the seconds first")}"));
            return null;
        }
        if (isMetronome)
        {
            for (var i = 0; i < 5; i++)
            {
                if (parts[i].Contains('?', StringComparison.Ordinal) || HasOtherLetters(parts[i], i))
                    problems.Add(new(path, $"'{parts[i]}' is no {FieldNames[i + 1]}: only numbers, names, *, lists, ranges, steps, and L, W and # of days are"));
            }
            if (problems.Count > 0)
                return null;
        }
        var at = parts.Length - 5;
        return new(at == 1 ? parts[0] : null, parts[at], parts[at + 1], parts[at + 2], parts[at + 3], parts[at + 4], false);
    }

    // Metronome's parser knows names of months and days, and L, W and # of days, but no H. What is none of them is refused by ours.
    private static bool HasOtherLetters(string field, int index) => index switch
    {
        2 => field.Any(c => char.IsAsciiLetter(c) && char.ToUpperInvariant(c) is not ('L' or 'W')),
        3 or 4 => field.Split(',', '-', '/').Any(part => part is "H" or "h" || part.StartsWith("H(", StringComparison.OrdinalIgnoreCase)),
        _ => field.Any(char.IsAsciiLetter),
    };
}
