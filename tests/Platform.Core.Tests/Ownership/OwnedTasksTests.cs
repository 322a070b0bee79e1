using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Ownership;

public sealed class OwnedTasksTests
{
    private readonly List<(TestTask? Before, TestTask? After)> _changes = [];

    [Fact]
    public void A_task_is_found_by_its_key_its_place_each_of_its_tasks_and_its_agent()
    {
        var tasks = Of(new TestTask("a") { Tasks = ["a.1", "a.2"], PlaceId = "a.place" });
        var task = tasks.Find("a");

        tasks.FindByTask("a.place").ShouldBe(task);
        tasks.FindByTask("a.1").ShouldBe(task);
        tasks.FindByTask("a.2").ShouldBe(task);
        tasks.On("agent").ShouldBe([task!]);
        tasks.Agents.ShouldBe(["agent"]);
    }

    [Fact]
    public void What_was_stored_is_not_told_as_a_change()
    {
        Of(new TestTask("a"));

        _changes.ShouldBeEmpty();
    }

    [Fact]
    public void Each_change_is_told_with_the_record_before_and_after_it()
    {
        var tasks = Of();
        var staged = new TestTask("a");
        var running = staged with { State = TaskState.Running };

        var task = tasks.Add(staged);
        tasks.Set(task, running);
        tasks.Remove(task);

        _changes.ShouldBe([(null, staged), (staged, running), (running, null)]);
        tasks.Count.ShouldBe(0);
        tasks.FindByTask("a.1").ShouldBeNull();
        tasks.Agents.ShouldBeEmpty();
    }

    [Fact]
    public void A_parked_record_that_runs_again_is_found_by_its_new_task_and_no_longer_by_the_old()
    {
        var tasks = Of(new TestTask("a") { State = TaskState.Finished });

        var again = tasks.Add(new TestTask("a") { Tasks = ["a.2"], PlaceId = "a.2", AgentId = "other" });

        again.ShouldBe(tasks.Find("a"));
        tasks.FindByTask("a.1").ShouldBeNull();
        tasks.FindByTask("a.2").ShouldBe(again);
        tasks.Agents.ShouldBe(["other"]);
        tasks.Count.ShouldBe(1);
    }

    [Fact]
    public void Doomed_are_those_that_shall_end_and_have_not()
    {
        var tasks = Of(new TestTask("a"), new TestTask("b") { Doomed = true });
        var (a, b) = (tasks.Find("a")!, tasks.Find("b")!);

        tasks.Set(a, a.State with { Doomed = true });
        tasks.Set(b, b.State with { State = TaskState.Killed });

        tasks.Doomed.ShouldBe([a]);
        tasks.Remove(a);
        tasks.Doomed.ShouldBeEmpty();
    }

    [Fact]
    public void The_picture_of_a_task_is_drawn_again_only_after_a_change()
    {
        var tasks = Of(new TestTask("a"));
        var task = tasks.Find("a")!;
        var drawn = 0;
        string Draw(TestTask state) => $"{state.State} {++drawn}";

        task.Show(Draw).ShouldBe("Staging 1");
        task.Show(Draw).ShouldBe("Staging 1");
        tasks.Set(task, task.State with { State = TaskState.Running });
        task.Show(Draw).ShouldBe("Running 2");
    }

    private OwnedTasks<TestTask> Of(params TestTask[] stored) => new(stored, (before, after) => _changes.Add((before, after)));
}
