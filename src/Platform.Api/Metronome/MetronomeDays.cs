using System.Globalization;

namespace Platform.Api.Metronome;

/// <summary>The days that Metronome's check of a cron expression finds in its months (CronDaysInMonthValidation).</summary>
/// <remarks>
/// It looks at single values and ranges only, of days and of months, and leaves out the last of a range: of months 2-3 it sees February alone. It also takes the last
/// day of each month for none; that is not followed here, since 31 December comes every year.
/// </remarks>
internal static class MetronomeDays
{
    private static readonly int[] Longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    private static readonly string[] Names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    /// <summary>What is wrong with an expression that can be read otherwise, and how to mend it; null: nothing.</summary>
    public static string? Problem(string expression)
    {
        var fields = expression.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || Values(fields[2]) is not [_, ..] days || Values(fields[3]) is not [_, ..] months || months.Any(month => days.Any(day => day <= Longest[month - 1])))
            return null;
        return $"day {fields[2]} is in none of the months {fields[3]}, of which the last is left out; name the months one by one, with commas between";
    }

    // Empty: the field is not looked at.
    private static int[] Values(string field) => field.Split('-').Select(Number).ToArray() switch
    {
        [> 0 and var only] => [only],
        [> 0 and var first, > 0 and var end] when end > first => [.. Enumerable.Range(first, end - first)],
        _ => [],
    };

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) + 1;
}
