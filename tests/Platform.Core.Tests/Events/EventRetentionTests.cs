using Platform.Core.Events;

namespace Platform.Core.Tests.Events;

public sealed class EventRetentionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // The next event has the number 1,001 and 50,000 bytes before it.
    private static readonly EventPlace Next = new(1_001, 50_000, Now);

    [Theory]
    // Of this hour, these 10,000 bytes and these 100 events: exactly so much is kept, and one more of anything is not.
    [InlineData(3_600, 10_000, 100, true)]
    [InlineData(3_601, 10_000, 100, false)]
    [InlineData(3_600, 10_001, 100, false)]
    [InlineData(3_600, 10_000, 101, false)]
    public void Whatever_bound_is_reached_first_decides(int seconds, int bytes, int count, bool kept) =>
        new EventRetention { For = TimeSpan.FromHours(1), Bytes = 10_000, Count = 100 }.Keeps(Back(seconds, bytes, count), Next).ShouldBe(kept);

    [Theory]
    // A fiftieth more: 3,672 s, 10,200 bytes, 102 events.
    [InlineData(3_672, 10_200, 102, false)]
    [InlineData(3_673, 10_200, 102, true)]
    [InlineData(3_672, 10_201, 102, true)]
    [InlineData(3_672, 10_200, 103, true)]
    public void Nothing_is_dropped_before_a_fiftieth_more_is_there(int seconds, int bytes, int count, bool due) =>
        new EventRetention { For = TimeSpan.FromHours(1), Bytes = 10_000, Count = 100 }.IsDue(Back(seconds, bytes, count), Next).ShouldBe(due);

    [Fact]
    public void A_day_and_a_gibibyte_are_kept_when_nothing_is_said()
    {
        var keep = new EventRetention();
        var big = new EventPlace(10_000_000, 1L << 40, Now);
        keep.Keeps(new(1, (1L << 40) - (1L << 30), Now - TimeSpan.FromHours(24)), big).ShouldBeTrue();
        keep.Keeps(new(1, (1L << 40) - (1L << 30) - 1, Now), big).ShouldBeFalse();
        keep.Keeps(new(1, 1L << 40, Now - TimeSpan.FromHours(24.001)), big).ShouldBeFalse();
    }

    private static EventPlace Back(int seconds, int bytes, int count) => new(Next.Sequence - count, Next.Position - bytes, Now - TimeSpan.FromSeconds(seconds));
}
