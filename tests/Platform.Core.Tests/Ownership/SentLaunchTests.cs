using Platform.Core.Ownership;

namespace Platform.Core.Tests.Ownership;

/// <summary>What it means that an agent does not report a task.</summary>
public sealed class SentLaunchTests
{
    [Theory]
    // On its way, or sent on the session that reports: it may be behind the report.
    [InlineData(3, SentLaunch.OnItsWay, 7, 0, false)]
    [InlineData(3, 7, 7, 0, false)]
    // Sent on an earlier session, or by an earlier activation.
    [InlineData(3, 6, 7, 0, true)]
    [InlineData(0, 0, 7, 0, true)]
    // Behind the fence it would be refused; at it, it is a later one.
    [InlineData(3, SentLaunch.OnItsWay, 7, 4, true)]
    [InlineData(3, 7, 7, 4, true)]
    [InlineData(4, SentLaunch.OnItsWay, 7, 4, false)]
    // An agent that was not heard of says nothing.
    [InlineData(3, SentLaunch.OnItsWay, 0, 4, false)]
    [InlineData(3, 6, 0, 0, false)]
    public void A_launch_is_lost_when_it_cannot_be_there_any_more(long number, long sentOn, long epoch, long fence, bool isLost) =>
        new SentLaunch(number, sentOn).IsLost(epoch, fence).ShouldBe(isLost);
}
