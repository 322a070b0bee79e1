using Platform.Core.Apps;

namespace Platform.Core.Tests.Apps;

public class LaunchDelayTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly AppSpec Spec = new() { Id = "/loop", BackoffSeconds = 1, BackoffFactor = 2, MaxLaunchDelaySeconds = 5 };

    [Fact]
    public void It_grows_by_the_factor_with_each_end_up_to_the_longest()
    {
        var delay = LaunchDelay.AfterEnd(null, Spec, Start);
        delay.Seconds.ShouldBe(1);
        delay.Until.ShouldBe(Start.AddSeconds(1));
        delay = LaunchDelay.AfterEnd(delay, Spec, Start.AddSeconds(1));
        delay.Seconds.ShouldBe(2);
        delay = LaunchDelay.AfterEnd(delay, Spec, Start.AddSeconds(3));
        delay.Seconds.ShouldBe(4);
        delay = LaunchDelay.AfterEnd(delay, Spec, Start.AddSeconds(7));
        // 4 * 2 = 8 is above the longest, 5.
        delay.Seconds.ShouldBe(5);
        delay.Until.ShouldBe(Start.AddSeconds(12));
    }

    [Fact]
    public void It_is_forgotten_when_nothing_ended_and_nothing_was_launched_for_the_longest_delay()
    {
        var delay = LaunchDelay.AfterEnd(LaunchDelay.AfterEnd(null, Spec, Start), Spec, Start);
        delay.Forgotten(Spec, Start.AddSeconds(5)).ShouldBeFalse();
        delay.Forgotten(Spec, Start.AddSeconds(5.001)).ShouldBeTrue();
        delay.AfterLaunch(Start.AddSeconds(4)).Forgotten(Spec, Start.AddSeconds(9)).ShouldBeFalse();
        LaunchDelay.AfterEnd(delay, Spec, Start.AddSeconds(6)).Seconds.ShouldBe(1);
    }

    [Fact]
    public void A_kill_or_an_agent_that_is_lost_is_no_reason_to_wait()
    {
        var instance = AppSimulation.Instance("a", "v1", 1);
        TaskEnd.Judge(instance with { Goal = InstanceGoal.Decommissioned }, AppSimulation.Update(instance, Core.Tasks.TaskState.Failed), false).Delays.ShouldBeFalse();
        TaskEnd.Judge(instance, AppSimulation.Update(instance, Core.Tasks.TaskState.Killed), false).Delays.ShouldBeFalse();
        TaskEnd.Judge(instance, AppSimulation.Update(instance, Core.Tasks.TaskState.Gone), false).Delays.ShouldBeFalse();
        TaskEnd.Judge(instance, AppSimulation.Update(instance, Core.Tasks.TaskState.Failed), false).Delays.ShouldBeTrue();
        TaskEnd.Judge(instance, AppSimulation.Update(instance, Core.Tasks.TaskState.Finished), false).Delays.ShouldBeTrue();
        TaskEnd.Judge(instance, AppSimulation.Update(instance, Core.Tasks.TaskState.Finished), true).Completes.ShouldBeTrue();
        TaskEnd.Judge(instance, AppSimulation.Update(instance, Core.Tasks.TaskState.Killed) with { Reason = Core.Tasks.TaskReasons.Unhealthy }, false).Delays.ShouldBeTrue();
    }
}
