using Platform.Agent.Tests.Testing;
using Platform.Agent.Usage;
using Platform.Contracts.Agents;
using Platform.Core;

namespace Platform.Agent.Tests.Usage;

/// <summary>What is offered a second time of what tasks hold and do not use.</summary>
public class SlackTests
{
    private static readonly Dictionary<string, double> Held = new() { ["t"] = 2 };

    [Fact]
    public void A_fall_of_use_counts_slowly_and_a_rise_at_once()
    {
        var estimate = new SlackEstimate();
        // Before it was ever measured a task may be about to use its 2 cpus: 2 + (0.5 - 2) x 0.2 = 1.7 used; (2 - 1.7) x 0.9 = 0.27.
        Cpus(estimate.Next(Held, Using(0.5))).ShouldBe(0.27, 0.0015);
        // 1.7 + (0.5 - 1.7) x 0.2 = 1.46; 0.54 x 0.9 = 0.486.
        Cpus(estimate.Next(Held, Using(0.5))).ShouldBe(0.486, 0.0015);
        // (2 - 1.9) x 0.9 = 0.09.
        Cpus(estimate.Next(Held, Using(1.9))).ShouldBe(0.09, 0.0015);
        // More than it holds is not taken off what others leave.
        estimate.Next(Held, Using(3)).ShouldBeNull();
    }

    [Fact]
    public void What_has_ended_or_is_revocable_itself_is_no_slack()
    {
        var estimate = new SlackEstimate();
        estimate.Next(Held, Using(0)).ShouldNotBeNull();
        estimate.Next(new Dictionary<string, double>(), Using(0)).ShouldBeNull();
        // Seen anew, it begins at all that it holds: 2 - 0.2 x 2 = 1.6 used; 0.4 x 0.9 = 0.36.
        Cpus(estimate.Next(Held, Using(0))).ShouldBe(0.36, 0.0015);
    }

    [Fact]
    public async Task An_agent_that_oversubscribes_reports_what_its_tasks_leave_and_another_does_not()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        master.HeartbeatSeconds = 0.1;
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { Oversubscribe = true });
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("exec sleep 100000", "cpus:4;mem:64");
        var revocable = TestTask.Shell("exec sleep 100000") with { Resources = Resources.Parse("mem:64") + Resources.Of(Resource.Scalar(ResourceNames.Cpus, 4000) with { Revocable = true }) };
        await session.LaunchAsync(task, revocable);
        AgentUsage usage;
        do
            usage = await session.HeartbeatAsync();
        while (usage.Slack is null || Cpus(usage.Slack) < 3);
        // Nine tenths of the 4 cpus of the one that is not revocable itself, at most.
        Cpus(usage.Slack).ShouldBeLessThanOrEqualTo(3.6);
        usage.Slack.RevocableOnly().ShouldBe(usage.Slack);
        usage.Slack.Scalar(ResourceNames.Mem).ShouldBe(0);
        await session.KillAsync(task, grace: 0);
        await session.EndAsync(task);
        do
            usage = await session.HeartbeatAsync();
        while (usage.Slack is not null);

        using var other = new TestFolder();
        await using var plain = TestAgent.Start(TestAgent.Options(master, other));
        session = await master.AcceptAsync();
        await session.LaunchAsync(task with { TaskId = "another" });
        do
            (usage = await session.HeartbeatAsync()).Slack.ShouldBeNull();
        while (usage.Tasks.IsEmpty);
    }

    private static AgentUsage Using(double cpus) => new() { Tasks = [new TaskUsage { TaskId = "t", Owner = "app:/t", Cpus = cpus }] };

    private static double Cpus(Resources? resources) => resources!.Scalar(ResourceNames.Cpus);
}
