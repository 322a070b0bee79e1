using Platform.Core.Schedules;

namespace Platform.Core.Tests.Schedules;

public sealed class ClockJumpTests
{
    [Theory]
    [InlineData(5, 5, 0)]
    [InlineData(6.9, 5, 0)]
    [InlineData(3.1, 5, 0)]
    [InlineData(3605, 5, 3600)]
    [InlineData(-3595, 5, -3600)]
    public void It_is_what_the_clock_says_beyond_what_has_passed(double byClock, double byTimer, double jump) =>
        (ClockJump.Between(TimeSpan.FromSeconds(byClock), TimeSpan.FromSeconds(byTimer)) ?? TimeSpan.Zero).TotalSeconds.ShouldBe(jump);

    [Fact]
    public void What_it_means_is_said_in_words()
    {
        ClockJump.Describe(TimeSpan.FromHours(1)).ShouldStartWith("the clock jumped 3600 s ahead; ");
        ClockJump.Describe(TimeSpan.FromSeconds(-2.5)).ShouldStartWith("the clock jumped 2.5 s back; nothing is run twice");
    }
}
