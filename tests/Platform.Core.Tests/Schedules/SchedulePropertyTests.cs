using NodaTime;
using Platform.Core.Schedules;

namespace Platform.Core.Tests.Schedules;

/// <summary>What holds of every schedule, over random ones with fixed seeds.</summary>
public sealed class SchedulePropertyTests
{
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Amman", "America/Santiago"];

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 40));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_next_due_time_is_later_and_nothing_lies_between(int seed)
    {
        var random = new Random(seed);
        var schedule = ScheduleTests.Parse(new() { Expression = Cron(random), Zone = Zones[random.Next(Zones.Length)], Dialect = (CronDialect)random.Next(2) });
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(2_000_000));
        for (var i = 0; i < 50 && schedule.NextAfter(at) is { } next; i++)
        {
            next.ShouldBeGreaterThan(at);
            // From anywhere in between the same one follows.
            var between = at + ((next - at) * random.NextDouble());
            if (between < next)
                schedule.NextAfter(between).ShouldBe(next);
            at = next;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void In_UTC_the_answers_are_those_of_a_walk_minute_by_minute(int seed)
    {
        var random = new Random(seed);
        var text = Cron(random);
        var dialect = (CronDialect)random.Next(2);
        var schedule = ScheduleTests.Parse(new() { Expression = text, Dialect = dialect });
        var walk = new MinuteWalk(text, dialect == CronDialect.Unix);
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(2_000_000));
        var until = from.AddDays(40);

        var expected = walk.Between(from, until).ToList();

        schedule.After(from, 100_000).TakeWhile(due => due <= until).ShouldBe(expected);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Around_changes_of_the_clock_the_answers_are_those_of_a_walk_minute_by_minute(int seed)
    {
        var random = new Random(seed);
        var provider = DateTimeZoneProviders.Tzdb;
        // Since 1973 all offsets are whole minutes.
        var (first, last) = (Instant.FromUtc(1973, 1, 1, 0, 0), Instant.FromUtc(2060, 1, 1, 0, 0));
        for (var i = 0; i < 25; i++)
        {
            var zone = provider[provider.Ids[random.Next(provider.Ids.Count)]];
            var changes = zone.GetZoneIntervals(first, last).Where(interval => interval.HasStart && interval.Start > first).ToList();
            if (changes.Count == 0 || ScheduleZone.Find(zone.Id) is null)
                continue;
            var change = changes[random.Next(changes.Count)].Start.ToDateTimeOffset();
            var (from, until) = (change.AddHours(-30).AddMinutes(random.Next(60)), change.AddHours(30));
            for (var j = 0; j < 5; j++)
            {
                var text = Cron(random);
                var dialect = (CronDialect)random.Next(2);
                var schedule = ScheduleTests.Parse(new() { Expression = text, Dialect = dialect, Zone = zone.Id });

                var expected = new MinuteWalk(text, dialect == CronDialect.Unix).Between(from, until, zone).ToList();

                schedule.After(from, 10_000).TakeWhile(due => due <= until).ShouldBe(expected, $"{text} {dialect} {zone.Id} after {from:O}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void In_zones_with_a_summer_time_the_answers_are_those_of_Cronos(int seed)
    {
        var random = new Random(seed);
        string[] zones = ["Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney"];
        var zone = zones[seed % zones.Length];
        string text;
        // What comes every hour is due once more at the end of a gap there, and by elapsed time here.
        do
            text = Cron(random);
        while (text.Split(' ')[1] == "*");
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(500_000));

        var due = ScheduleTests.Parse(new() { Expression = text, Dialect = CronDialect.Metronome, Zone = zone }).After(from, 3000).ToList();

        var clock = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var expected = Cronos.CronExpression.Parse(text).GetOccurrences(from, due[^1], clock, fromInclusive: false, toInclusive: true).Take(3000);
        due.ShouldBe(expected.Select(instant => instant.ToUniversalTime()), $"{text} {zone} after {from:O}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_interval_is_found_from_anywhere_as_by_counting(int seed)
    {
        var random = new Random(seed);
        var period = (random.Next(5)) switch
        {
            0 => $"P{random.Next(1, 20)}M",
            1 => $"P{random.Next(1, 40)}D",
            2 => $"PT{random.Next(1, 100)}H",
            3 => $"P{random.Next(0, 2)}Y{random.Next(0, 14)}M{random.Next(1, 40)}DT{random.Next(0, 30)}H{random.Next(0, 90)}M",
            _ => $"P{random.Next(1, 9)}W",
        };
        var schedule = ScheduleTests.Parse(new() { Expression = $"R300/20{random.Next(10, 27)}-0{random.Next(1, 10)}-{random.Next(10, 29)}T{random.Next(10, 24)}:30:00Z/{period}", Zone = Zones[random.Next(Zones.Length)] });
        var all = schedule.After(DateTimeOffset.UnixEpoch, 1000).ToList();

        all.Count.ShouldBe(300);
        all.ShouldBe(all.Order());
        foreach (var index in Enumerable.Range(0, 60).Select(_ => random.Next(299)))
        {
            schedule.NextAfter(all[index]).ShouldBe(all[index + 1]);
            schedule.NextAfter(all[index + 1].AddTicks(-1)).ShouldBe(all[index + 1]);
            schedule.CountAfter(all[index]).ShouldBe(299 - index);
        }
        schedule.NextAfter(all[^1]).ShouldBeNull();
    }

    private static string Cron(Random random) => string.Join(' ',
        Field(random, 0, 59), Field(random, 0, 23), random.Next(3) == 0 ? Field(random, 1, 28) : "*", random.Next(3) == 0 ? Field(random, 1, 12) : "*", random.Next(3) == 0 ? Field(random, 0, 6) : "*");

    private static string Field(Random random, int least, int most) => random.Next(5) switch
    {
        0 => "*",
        1 => $"*/{random.Next(2, 8)}",
        2 => $"{random.Next(least, most + 1)},{random.Next(least, most + 1)}",
        3 when random.Next(least, most) is var first => $"{first}-{random.Next(first + 1, most + 1)}",
        _ => $"{random.Next(least, most + 1)}",
    };
}
