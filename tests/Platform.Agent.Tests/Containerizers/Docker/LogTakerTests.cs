using System.Text;
using Platform.Agent.Containerizers.Docker;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>Which entries of the engine's stream are new.</summary>
public class LogTakerTests
{
    [Fact]
    public void Entries_come_through_in_their_order_whatever_their_times()
    {
        // The clock is set back between two entries, and the two streams are written side by side.
        var taken = Take(LogPosition.Beginning, "2 b", "1 a", "3 c", "E2 x", "E3 y", "E1 z");
        taken.ShouldBe(("bac", "xyz"));
    }

    [Theory]
    [InlineData("1 a", "2 b", "2 c", "3 d")]
    [InlineData("2026-11-28T22:54:15.75Z a", "2026-11-28T22:54:15.750000001Z b", "2026-11-28T22:54:15.8Z c", "2026-11-28T22:54:16Z d")]
    [InlineData("1 a", "E1 x", "2 b", "E1 y", "E2 z", "2 c")]
    [InlineData("1 a", "1 a", "1 a", "1 a")]
    public void What_breaks_off_anywhere_goes_on_with_the_first_that_is_new(params string[] entries)
    {
        var whole = Take(LogPosition.Beginning, entries);
        for (var i = 0; i <= entries.Length; i++)
        {
            var first = new LogTaker(LogPosition.Beginning);
            var before = Take(first, entries[..i]);
            var after = Take(first.Position, entries);
            (before.Output + after.Output, before.Error + after.Error).ShouldBe(whole);
        }
    }

    [Fact]
    public void A_stream_that_is_behind_the_other_is_not_taken_for_known()
    {
        var first = new LogTaker(LogPosition.Beginning);
        Take(first, "E5 x").ShouldBe(("", "x"));
        // Written after it, with an earlier time.
        Take(first.Position, "E5 x", "4 a", "E6 y").ShouldBe(("a", "y"));
    }

    [Fact]
    public void A_place_is_read_as_it_was_written_and_half_of_one_is_none()
    {
        using var folder = new Testing.TestFolder();
        var position = new LogPosition(new("2026-11-28T22:54:15.75Z", 2, 100), LogPosition.Place.Beginning);
        var path = folder.File("position");
        using (var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite))
            position.Write(file);
        LogPosition.Read(path).ShouldBe(position);
        position.Latest.ShouldBe("2026-11-28T22:54:15.75Z");
        File.WriteAllText(path, File.ReadAllText(path)[..^1]);
        LogPosition.Read(path).ShouldBe(LogPosition.Beginning);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("2026-11-28T22:54:15.75Z", "1795906445.750000000")]
    public void The_engine_is_asked_for_a_little_more_than_is_missing(string timestamp, string? since) =>
        EngineTime.Before(timestamp, TimeSpan.FromSeconds(10)).ShouldBe(since);

    private static (string Output, string Error) Take(LogPosition from, params string[] entries) => Take(new LogTaker(from), entries);

    private static (string Output, string Error) Take(LogTaker taker, params string[] entries)
    {
        foreach (var entry in entries)
            taker.Take(entry[0] == 'E', Encoding.ASCII.GetBytes(entry.TrimStart('E')));
        var (output, error) = (new StringBuilder(), new StringBuilder());
        taker.Drain((isError, bytes) => (isError ? error : output).Append(Encoding.ASCII.GetString(bytes)).Length);
        return ($"{output}", $"{error}");
    }
}
