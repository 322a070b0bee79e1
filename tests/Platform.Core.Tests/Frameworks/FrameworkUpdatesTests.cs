using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Frameworks;

/// <summary>What frameworks are told of tasks that are not where they should be.</summary>
public sealed class FrameworkUpdatesTests
{
    [Theory]
    [InlineData(AskedAgent.Registered, false, TaskState.Lost)]
    [InlineData(AskedAgent.Registered, true, TaskState.Gone)]
    [InlineData(AskedAgent.Unknown, true, TaskState.Unknown)]
    [InlineData(AskedAgent.Unknown, false, TaskState.Lost)]
    [InlineData(AskedAgent.Unreachable, true, TaskState.Unreachable)]
    [InlineData(AskedAgent.Unreachable, false, TaskState.Lost)]
    [InlineData(AskedAgent.Gone, true, TaskState.GoneByOperator)]
    [InlineData(AskedAgent.Gone, false, TaskState.Lost)]
    public void A_task_that_nobody_knows_is_told_by_what_is_known_of_its_agent(AskedAgent agent, bool isPartitionAware, TaskState expected) =>
        FrameworkUpdates.OfUnknown(agent, isPartitionAware)!.Value.State.ShouldBe(expected);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_said_of_a_task_whose_agent_may_still_come_back(bool isPartitionAware) =>
        FrameworkUpdates.OfUnknown(AskedAgent.Recovering, isPartitionAware).ShouldBeNull();

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(4, 80)]
    [InlineData(7, 600)]
    [InlineData(1_000, 600)]
    public void An_update_is_sent_again_after_ten_seconds_and_then_ever_more_seldom(int sent, double seconds) =>
        FrameworkUpdates.RetryAfter(sent).TotalSeconds.ShouldBe(seconds);
}
