using Platform.Core.Ownership;

namespace Platform.Core.Tests.Ownership;

public sealed class ReconciliationTests
{
    private readonly OwnedTasks<TestTask> _tasks = new([new("a") { Tasks = ["a.1", "a.2"], Volumes = ["v1", "v2"] }], (_, _) => { });

    private OwnedTask<TestTask> Task => _tasks.Find("a")!;

    [Fact]
    public void A_task_that_is_reported_is_there()
    {
        Compare(epoch: 5, "a.1", "a.2", "b.1").ShouldBe(TaskPresence.Present);
    }

    [Fact]
    public void An_agent_that_began_a_session_after_the_launch_and_reports_it_not_has_lost_it()
    {
        Task.LaunchEpoch = 4;

        var found = Reconciliation.Compare(Task, new HashSet<string> { "a.1" }, 5);

        found.Presence.ShouldBe(TaskPresence.Lost);
        found.Missing.ShouldBe(["a.2"]);
    }

    [Fact]
    public void What_was_sent_on_the_session_that_reports_may_come_later()
    {
        Task.LaunchEpoch = 5;

        Compare(epoch: 5).ShouldBe(TaskPresence.Sent);
    }

    [Fact]
    public void Nothing_is_lost_by_an_agent_that_has_had_no_session_yet()
    {
        Compare(epoch: 0).ShouldBe(TaskPresence.Sent);
    }

    [Fact]
    public void A_launch_that_is_on_its_way_is_not_lost()
    {
        Task.LaunchEpoch = OwnedTask<TestTask>.Launching;

        Compare(epoch: 5).ShouldBe(TaskPresence.Launching);
    }

    [Fact]
    public void Volumes_that_no_record_on_the_agent_has_are_unknown()
    {
        Reconciliation.UnknownVolumes(_tasks.On("agent"), ["v1", "v3"]).ShouldBe(["v3"]);
        Reconciliation.UnknownVolumes(_tasks.On("other"), ["v1"]).ShouldBe(["v1"]);
        Reconciliation.UnknownVolumes(_tasks.On("agent"), default).ShouldBeEmpty();
    }

    private TaskPresence Compare(long epoch, params string[] reported) => Reconciliation.Compare(Task, reported.ToHashSet(), epoch).Presence;
}
