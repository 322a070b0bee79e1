using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Frameworks;

/// <summary>Updates of a framework's task: in order, each until it is acknowledged.</summary>
public sealed class FrameworkTaskStateTests
{
    private static readonly FrameworkTaskState Task = new() { TaskId = "t", PlaceId = "t.1", AgentId = "a", Resources = Resources.Parse("cpus:1") };

    private static FrameworkUpdate Update(string id, TaskState state) =>
        new() { Id = id, Status = new() { TaskId = "t", Owner = "framework:f", State = state } };

    [Fact]
    public void Updates_wait_in_their_order_until_they_are_acknowledged()
    {
        var task = Task.With(Update("1", TaskState.Running)).With(Update("2", TaskState.Finished));
        task.Unacknowledged.Select(update => update.Id).ShouldBe(["1", "2"]);
        task.State.ShouldBe(TaskState.Finished);
        task.IsCompleted.ShouldBeFalse();

        task.Acknowledged("2").ShouldBeSameAs(task);
        task = task.Acknowledged("1");
        task.Unacknowledged.Select(update => update.Id).ShouldBe(["2"]);
        task.Acknowledged("1").ShouldBeSameAs(task);
        task.Acknowledged("2").IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void An_update_that_comes_again_changes_nothing_also_after_it_was_acknowledged()
    {
        var task = Task.With(Update("1", TaskState.Running));
        task.With(Update("1", TaskState.Running)).ShouldBeSameAs(task);
        task = task.Acknowledged("1");
        task.With(Update("1", TaskState.Running)).ShouldBeSameAs(task);
    }

    [Fact]
    public void Nothing_comes_after_the_end()
    {
        var task = Task.With(Update("1", TaskState.Killed));
        task.With(Update("2", TaskState.Running)).ShouldBeSameAs(task);
        task.HeldAs.ShouldBe("t.1");
        (task with { Group = "g" }).HeldAs.ShouldBe("g");
    }

    [Fact]
    public void What_came_before_the_state_that_an_agent_has_a_task_in_is_told_in_order_and_changes_it_no_more()
    {
        var back = Update("b", TaskState.Running) with { IsFromControlPlane = true };
        // The agent comes back: it says what it has, then what was not acknowledged.
        var task = Task.Found(Update("2", TaskState.Running), back);
        (task.State, task.Unacknowledged.Count).ShouldBe((TaskState.Running, 0));
        task = task.With(Update("1", TaskState.Starting));
        (task.State, task.Unacknowledged.Count).ShouldBe((TaskState.Running, 1));
        task = task.With(Update("2", TaskState.Running));
        (task.State, task.Awaited).ShouldBe((TaskState.Running, null));
        task.Unacknowledged.Select(update => update.Id).ShouldBe(["1", "2"]);
        // Said again it is nothing new, and what follows counts.
        task.Found(Update("2", TaskState.Running), back).ShouldBeSameAs(task);
        task.With(Update("3", TaskState.Killing)).State.ShouldBe(TaskState.Killing);
    }

    [Fact]
    public void An_awaited_update_may_be_replaced_by_one_of_the_same_state_or_overtaken_by_the_end()
    {
        var found = Task.Found(Update("2", TaskState.Running), Update("b", TaskState.Running));
        var task = found.With(Update("3", TaskState.Running));
        task.Awaited.ShouldBeNull();
        task.With(Update("4", TaskState.Killing)).State.ShouldBe(TaskState.Killing);
        found.With(Update("5", TaskState.Failed)).State.ShouldBe(TaskState.Failed);
        // An end is told at once.
        Task.Found(Update("6", TaskState.Finished), Update("b", TaskState.Running)).Unacknowledged.ShouldHaveSingleItem().Id.ShouldBe("6");
    }

    [Fact]
    public void A_task_that_was_out_of_reach_is_back_with_a_word_of_the_control_plane_if_its_framework_knows_its_state()
    {
        var back = Update("b", TaskState.Running) with { IsFromControlPlane = true };
        var running = Task.With(Update("1", TaskState.Running)).Acknowledged("1");
        var away = running.With(Update("u", TaskState.Unreachable) with { IsFromControlPlane = true }).Acknowledged("u");
        var task = away.Found(Update("1", TaskState.Running), back);
        task.State.ShouldBe(TaskState.Running);
        task.Unacknowledged.ShouldHaveSingleItem().Id.ShouldBe("b");
        // What happened meanwhile comes by itself.
        task = away.Found(Update("2", TaskState.Killing), back);
        (task.State, task.Unacknowledged.Count).ShouldBe((TaskState.Killing, 0));
    }
}
