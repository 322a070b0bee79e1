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
}
