using Platform.Core.Jobs;

namespace Platform.Core.Tests.Jobs;

public sealed class WakePaceTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(200, 2)]
    [InlineData(1_000, 10)]
    [InlineData(100_000, 1_000)]
    public void A_crowd_that_does_not_answer_is_woken_again_no_faster_than_100_in_a_second(int unanswered, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), WakePace.Until(WakePace.WakeAgain, unanswered));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1_000, 10)]
    [InlineData(60_000, 600)]
    public void Jobs_that_go_on_are_looked_after_every_ten_seconds_unless_there_are_very_many(int live, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), WakePace.Until(WakePace.LookAfterLive, live));
}
