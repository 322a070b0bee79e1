using System.Globalization;
using Platform.Core.Schedules;

namespace Platform.Core.Tests.Schedules;

public sealed class ScheduleTests
{
    // Expression, zone, after, then the instants that follow.
    [Theory]
    // Leap days: 2028 and 2032 are the next leap years.
    [InlineData("0 0 29 2 *", null, "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z")]
    // A century that is no leap year: 2100.
    [InlineData("0 0 29 2 *", null, "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 12 L * *", null, "2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z 2026-03-31T12:00:00Z")]
    [InlineData("0 0 LW * *", null, "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z")]
    [InlineData("0 0 * * 5#3", null, "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z")]
    [InlineData("*/15 30 9 * * MON-FRI", null, "2026-11-27T09:30:45Z", "2026-11-30T09:30:00Z 2026-11-30T09:30:15Z")]
    [InlineData("@hourly", null, "2026-11-28T22:31:00Z", "2026-11-28T23:00:00Z 2026-11-29T00:00:00Z")]
    // Unix: the 13th or any Friday. November 2026: Fridays 6, 13, 20.
    [InlineData("0 0 13 * 5", null, "2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z 2026-11-20T00:00:00Z")]
    // Where one half never comes the other counts: February has no 31st, but Fridays.
    [InlineData("0 0 31 2 5", null, "2027-01-01T00:00:00Z", "2027-02-05T00:00:00Z 2027-02-12T00:00:00Z")]
    // A field that begins with a star does not count as restricted: odd days that are Mondays.
    [InlineData("0 0 */2 * 1", null, "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z 2026-11-23T00:00:00Z")]
    // Spring in Berlin, 2027-03-28 02:00 -> 03:00: what does not exist is due at the next valid instant.
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z 2027-03-29T00:30:00Z")]
    // Autumn in Berlin, 2027-10-31 03:00 -> 02:00: what is there twice is due once.
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", "2027-10-31T00:30:00Z 2027-11-01T01:30:00Z")]
    // Steps go on by elapsed time: 02:00 CEST, 02:30 CEST, 02:00 CET, 02:30 CET.
    [InlineData("*/30 * * * *", "Europe/Berlin", "2027-10-30T23:59:00Z", "2027-10-31T00:00:00Z 2027-10-31T00:30:00Z 2027-10-31T01:00:00Z 2027-10-31T01:30:00Z")]
    [InlineData("30 2 * * *", "America/New_York", "2027-03-13T12:00:00Z", "2027-03-14T07:00:00Z 2027-03-15T06:30:00Z")]
    [InlineData("30 1 * * *", "America/New_York", "2027-11-06T12:00:00Z", "2027-11-07T05:30:00Z 2027-11-08T06:30:00Z")]
    // Lord Howe moves by half an hour: 2027-10-03 02:00 +10:30 -> 02:30 +11.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2027-10-02T12:00:00Z", "2027-10-02T15:30:00Z 2027-10-03T15:15:00Z")]
    // ... and back: 2027-04-04 02:00 +11 -> 01:30 +10:30.
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00:00Z", "2027-04-03T14:45:00Z 2027-04-04T15:15:00Z")]
    // Santiago changes at midnight: 2027-09-05 00:00 -04 -> 01:00 -03.
    [InlineData("0 0 * * *", "America/Santiago", "2027-09-04T12:00:00Z", "2027-09-05T04:00:00Z 2027-09-06T03:00:00Z")]
    [InlineData("0 0 * * *", "Asia/Kolkata", "2027-01-01T00:00:00Z", "2027-01-01T18:30:00Z")]
    // Dublin calls its summer time the standard and sets back for the winter: 2027-10-31 02:00 +01 -> 01:00 +00, 2027-03-28 01:00 -> 02:00.
    [InlineData("*/30 * * * *", "Europe/Dublin", "2027-10-30T23:45:00Z", "2027-10-31T00:00:00Z 2027-10-31T00:30:00Z 2027-10-31T01:00:00Z 2027-10-31T01:30:00Z 2027-10-31T02:00:00Z")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2027-10-30T12:00:00Z", "2027-10-31T00:30:00Z 2027-11-01T01:30:00Z")]
    [InlineData("30 1 * * *", "Europe/Dublin", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z 2027-03-29T00:30:00Z")]
    // Morocco sets back in Ramadan: 2026-02-15 03:00 +01 -> 02:00 +00, and forward on 2026-03-22 02:00 -> 03:00.
    [InlineData("15 * * * *", "Africa/Casablanca", "2026-02-15T00:30:00Z", "2026-02-15T01:15:00Z 2026-02-15T02:15:00Z 2026-02-15T03:15:00Z")]
    [InlineData("30 2 * * *", "Africa/Casablanca", "2026-02-14T12:00:00Z", "2026-02-15T01:30:00Z 2026-02-16T02:30:00Z")]
    [InlineData("30 2 * * *", "Africa/El_Aaiun", "2026-03-21T12:00:00Z", "2026-03-22T02:00:00Z 2026-03-23T01:30:00Z")]
    // Moscow gave up an hour for good: 2014-10-26 02:00 +04 -> 01:00 +03. Pyongyang took half an hour: 2018-05-04 23:30 +08:30 -> 2018-05-05 00:00 +09.
    [InlineData("*/30 1 * * *", "Europe/Moscow", "2014-10-25T20:00:00Z", "2014-10-25T21:00:00Z 2014-10-25T21:30:00Z 2014-10-25T22:00:00Z 2014-10-25T22:30:00Z 2014-10-26T22:00:00Z")]
    [InlineData("45 23 * * *", "Asia/Pyongyang", "2018-05-03T16:00:00Z", "2018-05-04T15:00:00Z 2018-05-05T14:45:00Z")]
    // Samoa has had no 2011-12-30: the day begins with the next one.
    [InlineData("0 12 30 12 *", "Pacific/Apia", "2011-01-01T00:00:00Z", "2011-12-30T10:00:00Z 2012-12-29T22:00:00Z")]
    // What comes every hour goes on by elapsed time, also in spring; what names its hours misses none.
    [InlineData("15 * * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", "2027-03-28T00:15:00Z 2027-03-28T01:15:00Z 2027-03-28T02:15:00Z")]
    [InlineData("0 */2 * * *", "Europe/Berlin", "2027-03-27T23:30:00Z", "2027-03-28T01:00:00Z 2027-03-28T02:00:00Z")]
    // Far futures.
    [InlineData("0 0 1 1 *", null, "2400-06-01T00:00:00Z", "2401-01-01T00:00:00Z")]
    [InlineData("R/2000-01-01T00:00:00Z/P1Y", null, "2999-06-01T00:00:00Z", "3000-01-01T00:00:00Z")]
    [InlineData("R/2000-01-01T00:00:00Z/PT1S", null, "2999-06-01T00:00:00.5Z", "2999-06-01T00:00:01Z")]
    // Intervals: a start in the past is skipped forward.
    [InlineData("R5/2008-03-01T13:00:00Z/P1D", null, "2008-03-03T13:00:00Z", "2008-03-04T13:00:00Z 2008-03-05T13:00:00Z end")]
    [InlineData("R0/2030-03-01T13:00:00Z/P1D", null, "2026-01-01T00:00:00Z", "end")]
    [InlineData("R1/2030-03-01T13:00:00Z/P", null, "2026-01-01T00:00:00Z", "2030-03-01T13:00:00Z end")]
    [InlineData("R/2030-03-01T13:00:00Z/PT0S", null, "2026-01-01T00:00:00Z", "2030-03-01T13:00:00Z end")]
    [InlineData("R/2030-03-01/P1W", null, "2030-03-01T00:00:00Z", "2030-03-08T00:00:00Z")]
    [InlineData("R/2030-03-01T13:00:00-04:00/PT12H", null, "2030-03-01T00:00:00Z", "2030-03-01T17:00:00Z 2030-03-02T05:00:00Z")]
    // A zone overrides the offset and keeps the wall clock.
    [InlineData("R/2008-03-01T13:00:00Z/P1D", "PST", "2008-02-28T00:00:00Z", "2008-03-01T21:00:00Z")]
    [InlineData("R/2008-03-01T13:00:00-04:00/P1D", "PST", "2008-02-28T00:00:00Z", "2008-03-01T21:00:00Z")]
    [InlineData("R/2008-03-01T13:00:00Z/P1D", "Europe/Paris", "2008-02-28T00:00:00Z", "2008-03-01T12:00:00Z")]
    [InlineData("R/2027-03-27T02:30:00Z/P1D", "Europe/Berlin", "2027-03-27T02:00:00Z", "2027-03-28T01:00:00Z 2027-03-29T00:30:00Z")]
    // Months count from the start, so that no day drifts away.
    [InlineData("R/2027-01-31T06:00:00Z/P1M", null, "2027-01-31T06:00:00Z", "2027-02-28T06:00:00Z 2027-03-31T06:00:00Z 2027-04-30T06:00:00Z")]
    [InlineData("R/2024-02-29T00:00:00Z/P1Y", null, "2025-01-01T00:00:00Z", "2025-02-28T00:00:00Z 2026-02-28T00:00:00Z 2027-02-28T00:00:00Z 2028-02-29T00:00:00Z")]
    public void A_schedule_is_due_at_these_instants(string expression, string? zone, string after, string expected)
    {
        var schedule = Parse(new() { Expression = expression, Zone = zone });

        var wanted = expected.Split(' ');
        var due = schedule.After(Instant(after), wanted.Length).Select(instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)).ToList();
        if (due.Count < wanted.Length)
            due.Add("end");

        due.ShouldBe(wanted);
    }

    [Theory]
    [InlineData("FOO", "expression")]
    [InlineData("R/2008-03-01T13:00:00Z", "expression")]
    [InlineData("R/1969-12-31T23:00:00Z/P1D", "expression")]
    [InlineData("R/2026-02-30T00:00:00Z/P1D", "expression")]
    [InlineData("R/2026-02-20T24:00:00Z/P1D", "expression")]
    [InlineData("R/2026-02-20T00:00:00Z/P-1D", "expression")]
    [InlineData("R/2026-02-20T00:00:00Z/PT0.1S", "expression")]
    [InlineData("0 0 30 2 *", "expression")]
    [InlineData("0 0 31 4,6,9,11 *", "expression")]
    [InlineData("60 * * * *", "expression")]
    [InlineData("* * * *", "expression")]
    [InlineData("@sometimes", "expression")]
    [InlineData("", "expression")]
    public void What_is_no_schedule_is_refused_where_it_is_wrong(string expression, string path)
    {
        var problems = new List<SpecProblem>();

        ScheduleParser.Parse(new() { Expression = expression }, Instant("2026-11-28T00:00:00Z"), 0, problems).ShouldBeNull();

        problems.Select(problem => problem.Path).Distinct().ShouldBe([path]);
    }

    [Theory]
    [InlineData("* * * * * *")]
    [InlineData("@hourly")]
    [InlineData("H * * * *")]
    [InlineData("0 0 H * *")]
    [InlineData("0 0 * * H")]
    [InlineData("0 0 * H(1-6) *")]
    [InlineData("0 L * * *")]
    [InlineData("0 0 ? * 1")]
    public void Metronome_has_five_plain_fields(string expression)
    {
        var problems = new List<SpecProblem>();

        ScheduleParser.Parse(new() { Expression = expression, Dialect = CronDialect.Metronome }, Instant("2026-11-28T00:00:00Z"), 0, problems).ShouldBeNull();

        problems.ShouldNotBeEmpty();
    }

    [Theory]
    // November 2026: the 30th is a Monday, the 15th a Sunday, the third Thursday the 19th.
    [InlineData("0 0 L * *", "2026-11-30T00:00:00Z")]
    [InlineData("0 0 15W * *", "2026-11-16T00:00:00Z")]
    [InlineData("0 0 * * THU#3", "2026-11-19T00:00:00Z")]
    [InlineData("0 0 * MAR THU", "2027-03-04T00:00:00Z")]
    public void Metronome_knows_last_days_working_days_and_nth_weekdays(string expression, string due) =>
        Parse(new() { Expression = expression, Dialect = CronDialect.Metronome }).NextAfter(Instant("2026-11-01T12:00:00Z")).ShouldBe(Instant(due));

    [Fact]
    public void Metronome_joins_both_day_fields()
    {
        // Fridays the 13th after November 2026: 2027-08-13.
        var schedule = Parse(new() { Expression = "0 0 13 * FRI", Dialect = CronDialect.Metronome });

        schedule.After(Instant("2026-11-14T00:00:00Z"), 1).ShouldBe([Instant("2027-08-13T00:00:00Z")]);
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var problems = new List<SpecProblem>();

        ScheduleParser.Parse(new() { Expression = "0 0 31 2 *", Zone = "Europe/Atlantis", Exclude = ["2026-13-01"] }, Instant("2026-11-28T00:00:00Z"), 0, problems, "schedule").ShouldBeNull();

        problems.Select(problem => problem.Path).ShouldBe(["schedule.zone", "schedule.exclude[0]", "schedule.expression"]);
    }

    [Fact]
    public void Days_of_a_calendar_are_left_out_in_the_zone_of_the_schedule()
    {
        // 2026-12-24 23:30 in Berlin is 22:30 UTC; the range ends with January 2nd.
        var schedule = Parse(new() { Expression = "30 23 * * *", Zone = "Europe/Berlin", Exclude = ["12-24/01-02", "2027-01-04"] });

        schedule.After(Instant("2026-12-23T12:00:00Z"), 3).ShouldBe([Instant("2026-12-23T22:30:00Z"), Instant("2027-01-03T22:30:00Z"), Instant("2027-01-05T22:30:00Z")]);
    }

    [Fact]
    public void A_calendar_that_leaves_nothing_is_refused()
    {
        var problems = new List<SpecProblem>();

        ScheduleParser.Parse(new() { Expression = "0 0 25 12 *", Exclude = ["12-25"] }, Instant("2026-11-28T00:00:00Z"), 0, problems).ShouldBeNull();

        problems.ShouldHaveSingleItem().Path.ShouldBe("exclude");
    }

    [Fact]
    public void An_interval_without_a_start_begins_at_once()
    {
        var now = Instant("2026-11-28T22:31:00Z");
        var schedule = ScheduleParser.Parse(new() { Expression = "R2//PT1H" }, now, 0, [])!;

        schedule.After(now.AddTicks(-1), 9).ShouldBe([now, now.AddHours(1)]);
    }

    [Fact]
    public void H_is_the_same_for_the_same_job_and_spreads_others()
    {
        var after = Instant("2026-11-28T00:00:00Z");
        var minutes = Enumerable.Range(0, 200)
            .Select(i => ScheduleParser.Parse(new() { Expression = "H * * * *" }, after, ScheduleParser.SeedOf("job" + i), [])!.NextAfter(after)!.Value)
            .ToList();

        minutes.ShouldBe(Enumerable.Range(0, 200).Select(i => ScheduleParser.Parse(new() { Expression = "H * * * *" }, after, ScheduleParser.SeedOf("job" + i), [])!.NextAfter(after)!.Value));
        minutes.Distinct().Count().ShouldBeGreaterThan(30);
    }

    [Theory]
    [InlineData("30 2 * * *", "Europe/Berlin", "at 02:30 every day, Europe/Berlin")]
    [InlineData("30 2 * * MON-FRI", null, "at 02:30 on Monday to Friday, UTC")]
    [InlineData("*/5 * * * *", null, "every 5 minutes, UTC")]
    [InlineData("0 0 13 * 5", null, "at 00:00 on day 13 of the month and on Friday, UTC")]
    [InlineData("0 6 L 1,7 *", null, "at 06:00 on the last day of the month in January and July, UTC")]
    [InlineData("@hourly", null, "at minute 0 of every hour, UTC")]
    [InlineData("R5/2030-03-01T13:00:00Z/P1D", null, "5 times, every P1D from 2030-03-01T13:00:00+00:00 on, UTC")]
    [InlineData("R1/2030-03-01T13:00:00Z/P1D", null, "once, at 2030-03-01T13:00:00+00:00")]
    public void A_schedule_says_itself_in_words(string expression, string? zone, string words) =>
        Parse(new() { Expression = expression, Zone = zone }).Describe().ShouldBe(words);

    internal static Schedule Parse(ScheduleSpec spec)
    {
        var problems = new List<SpecProblem>();
        var schedule = ScheduleParser.Parse(spec, Instant("2026-11-28T00:00:00Z"), 0, problems);
        problems.ShouldBeEmpty();
        return schedule.ShouldNotBeNull();
    }

    internal static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
