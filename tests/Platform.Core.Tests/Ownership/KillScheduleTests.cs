using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Ownership;

public sealed class KillScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(13);

    [Fact]
    public void A_kill_is_due_at_once_and_again_when_it_had_no_effect_for_too_long()
    {
        var task = Doomed("a");

        Due(Start, out var next, task).ShouldBe([task]);
        next.ShouldBe(Start + Patience);
        task.KillSentAt = Start;

        // Another decision in between neither sends it again nor forgets when it is due.
        Due(Start.AddSeconds(1), out next, task).ShouldBeEmpty();
        next.ShouldBe(Start + Patience);

        Due(Start + Patience, out next, task).ShouldBe([task]);
        next.ShouldBe(Start + Patience + Patience);
    }

    [Fact]
    public void The_next_instant_is_that_of_the_task_that_is_due_first()
    {
        var (early, late) = (Doomed("a"), Doomed("b"));
        early.KillSentAt = Start;
        late.KillSentAt = Start.AddSeconds(5);

        Due(Start.AddSeconds(6), out var next, late, early).ShouldBeEmpty();
        next.ShouldBe(Start + Patience);
    }

    [Fact]
    public void A_task_that_is_being_launched_or_is_out_of_reach_is_not_killed_yet()
    {
        var launching = Doomed("a");
        launching.LaunchEpoch = OwnedTask<TestTask>.Launching;
        var away = Doomed("b", TaskState.Unreachable);

        Due(Start, out var next, launching, away).ShouldBeEmpty();
        next.ShouldBeNull();
    }

    private static List<OwnedTask<TestTask>> Due(DateTimeOffset now, out DateTimeOffset? next, params OwnedTask<TestTask>[] doomed)
    {
        var due = new List<OwnedTask<TestTask>>();
        next = KillSchedule.Due(doomed, _ => Patience, now, due);
        return due;
    }

    private static OwnedTask<TestTask> Doomed(string key, TaskState state = TaskState.Running) =>
        new OwnedTasks<TestTask>([new(key) { Doomed = true, State = state }], (_, _) => { }).Find(key)!;
}
