using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

public class TaskEndTests
{
    [Theory]
    [InlineData(TaskState.Failed, TaskReasons.CommandExecutorFailed, true, true)]
    [InlineData(TaskState.Finished, null, true, true)]
    [InlineData(TaskState.Error, TaskReasons.Invalid, true, true)]
    [InlineData(TaskState.Killed, TaskReasons.Unhealthy, true, true)]
    [InlineData(TaskState.Killed, null, false, false)]
    [InlineData(TaskState.Gone, TaskReasons.AgentRemoved, false, false)]
    // It never ran, so its version is not to blame; yet the same agent may drop the next one too.
    [InlineData(TaskState.Dropped, TaskReasons.InsufficientResources, true, false)]
    [InlineData(TaskState.Dropped, TaskReasons.AgentDisconnected, true, false)]
    [InlineData(TaskState.Dropped, TaskReasons.AgentDraining, false, false)]
    [InlineData(TaskState.Dropped, TaskReasons.PortInUse, true, false)]
    public void An_end_delays_the_next_launch_and_counts_against_a_rollout_as_far_as_the_app_is_to_blame(
        TaskState state, string? reason, bool delays, bool fails)
    {
        var instance = new InstanceState { InstanceId = "i", TaskId = "t", Version = "v", ConfigVersion = "v", AgentId = "a", Host = "h", State = TaskState.Running };
        var end = TaskEnd.Judge(instance, new TaskUpdate { TaskId = "t", Owner = "app:/x", State = state, Reason = reason }, runOnce: false);
        (end.Delays, end.Fails, end.Unexpected).ShouldBe((delays, fails, true));
    }

    [Fact]
    public void A_port_that_turned_out_to_be_in_use_is_no_event_in_the_life_of_an_app_that_takes_any()
    {
        var instance = new InstanceState { InstanceId = "i", TaskId = "t", Version = "v", ConfigVersion = "v", AgentId = "a", Host = "h", State = TaskState.Staging };
        var update = new TaskUpdate { TaskId = "t", Owner = "app:/x", State = TaskState.Dropped, Reason = TaskReasons.PortInUse };
        TaskEnd.Judge(instance, update, runOnce: false, takesOtherPorts: true).ShouldBe(new TaskEnd(false, false, false, false, false));
    }
}
