using NodaTime;
using NodaTime.Text;

namespace Platform.Core.Schedules;

/// <summary>A calendar of days on which nothing is due.</summary>
internal sealed class ExcludedDays
{
    internal static readonly ExcludedDays None = new([], []);

    private readonly List<(LocalDate First, LocalDate Last)> _once;
    private readonly List<(AnnualDate First, AnnualDate Last)> _yearly;

    private ExcludedDays(List<(LocalDate First, LocalDate Last)> once, List<(AnnualDate First, AnnualDate Last)> yearly) => (_once, _yearly) = (once, yearly);

    internal bool IsEmpty => _once.Count == 0 && _yearly.Count == 0;

    internal static ExcludedDays Parse(IReadOnlyList<string> texts, string path, List<SpecProblem> problems)
    {
        if (texts.Count == 0)
            return None;
        var once = new List<(LocalDate, LocalDate)>();
        var yearly = new List<(AnnualDate, AnnualDate)>();
        for (var i = 0; i < texts.Count; i++)
        {
            var parts = texts[i].Split('/');
            var (first, last) = (parts[0], parts[^1]);
            if (parts.Length <= 2 && Date(first) is { } from && Date(last) is { } to && from <= to)
                once.Add((from, to));
            else if (parts.Length <= 2 && DayOfYear(first) is { } annualFrom && DayOfYear(last) is { } annualTo)
                yearly.Add((annualFrom, annualTo));
            else
                problems.Add(new($"{path}[{i}]", $"'{texts[i]}' is no day to leave out; write 2026-12-25, 12-25 for every year, or a range of either such as 12-24/01-02"));
        }
        return new(once, yearly);
    }

    internal bool Contains(LocalDate day)
    {
        foreach (var (first, last) in _once)
        {
            if (day >= first && day <= last)
                return true;
        }
        foreach (var (first, last) in _yearly)
        {
            var (start, end) = (first.InYear(day.Year), last.InYear(day.Year));
            // A range over the turn of the year is outside of what lies between its end and its start.
            if (start <= end ? day >= start && day <= end : day >= start || day <= end)
                return true;
        }
        return false;
    }

    private static LocalDate? Date(string text) => LocalDatePattern.Iso.Parse(text) is { Success: true } parsed ? parsed.Value : null;

    private static AnnualDate? DayOfYear(string text) => AnnualDatePattern.Iso.Parse(text) is { Success: true } parsed ? parsed.Value : null;
}
