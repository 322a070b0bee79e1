using System.Globalization;

namespace Platform.Core.Schedules;

/// <summary>The fields of a cron expression, as text.</summary>
/// <param name="Second">Null in an expression of five fields: second 0.</param>
/// <param name="Minute">0 to 59.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="Day">1 to 31.</param>
/// <param name="Month">1 to 12, or JAN to DEC.</param>
/// <param name="Weekday">0 to 7, or SUN to SAT.</param>
/// <param name="Joined">A day must match both day fields.</param>
internal sealed record CronFields(string? Second, string Minute, string Hour, string Day, string Month, string Weekday, bool Joined)
{
    private static readonly string[] Months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <summary>Both day fields are restricted: each begins with something else than a star.</summary>
    internal bool RestrictsBothDays => !IsAny(Day) && !IsAny(Weekday);

    /// <summary>Its times within a day are written as a step or a range and not one by one, so that it goes on by elapsed time when the clock changes.</summary>
    internal bool RepeatsByElapsedTime => Repeats(Second) || Repeats(Minute) || Repeats(Hour);

    /// <summary>There are hours in which it is not due.</summary>
    internal bool RestrictsHours => !(IsEvery(Hour) || Hour is "*/1" or "0-23" or "0-23/1");

    internal string Text => $"{(Second is null ? "" : Second + " ")}{Minute} {Hour} {Day} {Month} {Weekday}";

    internal string Describe()
    {
        var text = Time();
        var days = (IsEvery(Day), IsEvery(Weekday)) switch
        {
            (true, true) => "",
            (false, true) => " on " + DayWords(Day),
            (true, false) => " on " + WeekdayWords(Weekday),
            _ => $" on {DayWords(Day)} {(Joined ? "if it is" : "and on")} {WeekdayWords(Weekday)}",
        };
        text += days.Length == 0 && IsSingle(Hour) && IsSingle(Minute) ? " every day" : days;
        return IsEvery(Month) ? text : $"{text} in {Words(Month, MonthName)}";
    }

    private string Time()
    {
        var second = Second is null or "0" ? null : Second;
        if (IsSingle(Hour) && IsSingle(Minute))
            return second is null || IsSingle(second)
                ? $"at {Two(Hour)}:{Two(Minute)}{(second is null ? "" : ":" + Two(second))}"
                : $"at {Words(second, Number, "second")} of {Two(Hour)}:{Two(Minute)}";
        var text = IsEvery(Minute) ? "every minute" : IsStep(Minute) ? $"every {Minute[2..]} minutes" : $"at {Words(Minute, Number, "minute")}";
        if (second is not null)
            text = (IsEvery(second) ? "every second" : IsStep(second) ? $"every {second[2..]} seconds" : $"at {Words(second, Number, "second")}")
                + (IsEvery(Minute) ? "" : $" of {Words(Minute, Number, "minute")}");
        return IsEvery(Hour) ? (IsEvery(Minute) || IsStep(Minute) ? text : text + " of every hour")
            : IsStep(Hour) ? $"{text} of every {Ordinal(Hour[2..])} hour"
            : $"{text} of {Words(Hour, Number, "hour")}";
    }

    private static string DayWords(string field) => field switch
    {
        "L" => "the last day of the month",
        "LW" => "the last working day of the month",
        ['L', '-', .. var before] => $"the day {before} days before the last of the month",
        [.. var day, 'W'] => $"the working day nearest to day {day} of the month",
        _ => $"{Words(field, Number, "day")} of the month",
    };

    private static string WeekdayWords(string field)
    {
        if (field.Contains('#', StringComparison.Ordinal) && field.Split('#') is [var day, var nth])
            return $"{Ordinal(nth)} {WeekdayName(day)} of the month";
        return field.Length > 1 && field[^1] == 'L' ? $"the last {WeekdayName(field[..^1])} of the month" : Words(field, WeekdayName);
    }

    private static string Words(string field, Func<string, string> name, string? unit = null)
    {
        var parts = field.Split(',').Select(part => Range(part, name)).ToArray();
        var several = parts.Length > 1 || field.Contains('-', StringComparison.Ordinal) || field.Contains('/', StringComparison.Ordinal);
        var list = parts.Length == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
        return unit is null ? list : field == "H" ? $"a {unit} of its own" : $"{unit}{(several ? "s" : "")} {list}";
    }

    private static string Range(string part, Func<string, string> name)
    {
        var step = part.Split('/');
        var range = step[0].Split('-');
        var text = range.Length == 2 ? $"{name(range[0])} to {name(range[1])}" : IsAny(step[0]) ? "all" : name(step[0]) + (step.Length == 2 ? " on" : "");
        return step.Length == 2 ? $"{text} in steps of {step[1]}" : text;
    }

    private static string Number(string text) => text;

    private static string MonthName(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 12 ? Months[number - 1]
        : Array.Find(Months, month => month.StartsWith(text, StringComparison.OrdinalIgnoreCase)) ?? text;

    private static string WeekdayName(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 7 ? Weekdays[number]
        : Array.Find(Weekdays, day => day.StartsWith(text, StringComparison.OrdinalIgnoreCase)) ?? text;

    private static string Ordinal(string number) => number switch
    {
        "1" => "first",
        "2" => "second",
        "3" => "third",
        "4" => "fourth",
        "5" => "fifth",
        _ => number + "th",
    };

    private static string Two(string number) => number.PadLeft(2, '0');

    // A value made of the job's name stays one, whatever range it is taken from.
    private static bool Repeats(string? field) => field?.Split(',').Any(part =>
        IsAny(part) || part.Contains('/', StringComparison.Ordinal) || (part.Contains('-', StringComparison.Ordinal) && !part.StartsWith("H(", StringComparison.OrdinalIgnoreCase))) ?? false;

    private static bool IsSingle(string field) => field.All(char.IsAsciiDigit);

    private static bool IsStep(string field) => field.StartsWith("*/", StringComparison.Ordinal);

    private static bool IsEvery(string field) => field is "*" or "?";

    private static bool IsAny(string field) => field[0] is '*' or '?';
}
