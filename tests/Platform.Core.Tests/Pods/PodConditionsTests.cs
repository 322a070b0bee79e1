using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Pods;

public class PodConditionsTests
{
    private static readonly PodContainerSpec Unchecked = new() { Name = "a" };
    private static readonly PodContainerSpec Checked = new() { Name = "a", HealthCheck = new() { Kind = CheckKind.Http, Endpoint = "web" } };

    [Theory]
    // As many stable ones as there shall be, or more.
    [InlineData(0, "", PodCondition.Stable)]
    [InlineData(2, "SS", PodCondition.Stable)]
    [InlineData(1, "SDT", PodCondition.Stable)]
    [InlineData(2, "SD", PodCondition.Degraded)]
    [InlineData(1, "", PodCondition.Degraded)]
    [InlineData(1, "PGTD", PodCondition.Degraded)]
    public void A_pod_is_stable_when_enough_instances_are(int wanted, string instances, PodCondition expected)
    {
        var conditions = instances.Select(letter => letter switch
        {
            'S' => PodInstanceCondition.Stable,
            'D' => PodInstanceCondition.Degraded,
            'T' => PodInstanceCondition.Terminal,
            'P' => PodInstanceCondition.Pending,
            _ => PodInstanceCondition.Staging,
        }).ToList();
        PodConditions.Of(wanted, conditions, terminating: false).ShouldBe(expected);
        PodConditions.Of(wanted, conditions, terminating: true).ShouldBe(PodCondition.Terminal);
    }

    [Theory]
    [InlineData(TaskState.Staging, PodInstanceCondition.Staging)]
    [InlineData(TaskState.Starting, PodInstanceCondition.Staging)]
    [InlineData(TaskState.Running, PodInstanceCondition.Stable)]
    [InlineData(TaskState.Killing, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Finished, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Failed, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Killed, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Error, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Dropped, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Gone, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Lost, PodInstanceCondition.Terminal)]
    [InlineData(TaskState.Unreachable, PodInstanceCondition.Degraded)]
    public void An_instance_is_what_its_containers_make_of_it(TaskState state, PodInstanceCondition expected) =>
        PodConditions.OfInstance(state, isTold: true, isDoomed: false, []).Condition.ShouldBe(expected);

    [Fact]
    public void An_instance_that_no_agent_has_told_of_is_pending() =>
        PodConditions.OfInstance(TaskState.Staging, isTold: false, isDoomed: false, []).Condition.ShouldBe(PodInstanceCondition.Pending);

    [Fact]
    public void An_instance_on_its_way_out_is_terminal_while_its_containers_still_run() =>
        PodConditions.OfInstance(TaskState.Running, isTold: true, isDoomed: true, [true]).Condition.ShouldBe(PodInstanceCondition.Terminal);

    [Fact]
    public void What_is_wrong_with_an_instance_is_said()
    {
        PodConditions.OfInstance(TaskState.Running, true, false, [true, false]).ShouldBe((PodInstanceCondition.Degraded, "at least one container is not healthy"));
        PodConditions.OfInstance(TaskState.Running, true, false, [true, true]).ShouldBe((PodInstanceCondition.Stable, null));
        PodConditions.OfInstance(TaskState.Unreachable, true, false, [true]).ShouldBe((PodInstanceCondition.Degraded, "pod instance has become unreachable"));
    }

    [Theory]
    [InlineData(TaskState.Running, null, false, "health-unreported-by-mesos")]
    [InlineData(TaskState.Running, true, true, "health-reported-by-mesos")]
    [InlineData(TaskState.Running, false, false, "health-reported-by-mesos")]
    [InlineData(TaskState.Killing, true, true, "health-reported-by-mesos")]
    [InlineData(TaskState.Unreachable, null, false, "health-unreported-by-mesos")]
    public void A_check_that_has_not_told_yet_counts_as_not_healthy(TaskState state, bool? told, bool healthy, string reason) =>
        PodConditions.Health(Checked, state, told).ShouldBe((healthy, reason));

    [Fact]
    public void There_is_nothing_to_tell_of_containers_without_checks_and_of_those_that_do_not_run()
    {
        PodConditions.Health(Unchecked, TaskState.Running, null).ShouldBeNull();
        PodConditions.Health(null, TaskState.Running, true).ShouldBeNull();
        PodConditions.Health(Checked with { Role = PodContainerRole.Init }, TaskState.Running, null).ShouldBeNull();
        foreach (var state in new[] { TaskState.Staging, TaskState.Starting, TaskState.Finished, TaskState.Failed })
            PodConditions.Health(Checked, state, true).ShouldBeNull();
    }

    [Fact]
    public void Endpoints_have_the_host_ports_of_their_place_in_the_instance()
    {
        var pod = new PodSpec
        {
            Containers =
            [
                new() { Name = "a", Endpoints = [new() { Name = "one" }, new() { Name = "two" }] },
                Checked with { Name = "b", Endpoints = [new() { Name = "inner" }, new() { Name = "web" }] },
            ],
        };
        // a has 31001 and 31002; of b only the second endpoint is reachable from outside.
        int[] ports = [31_001, 31_002, 0, 31_003];
        PodConditions.Endpoints(pod, "a", ports, TaskState.Running, null).ShouldBe([new("one", 31_001, null), new("two", 31_002, null)]);
        PodConditions.Endpoints(pod, "b", ports, TaskState.Running, true).ShouldBe([new("inner", null, null), new("web", 31_003, true)]);
        PodConditions.Endpoints(pod, "b", ports, TaskState.Running, null)[1].Healthy.ShouldBeNull();
        PodConditions.Endpoints(pod, "b", ports, TaskState.Failed, true).ShouldBeEmpty();
    }

    [Fact]
    public void Conditions_have_the_names_of_marathon()
    {
        Enum.GetValues<PodCondition>().Select(PodConditions.ToWireName).ShouldBe(["DEGRADED", "STABLE", "TERMINAL"]);
        Enum.GetValues<PodInstanceCondition>().Select(PodConditions.ToWireName).ShouldBe(["PENDING", "STAGING", "STABLE", "DEGRADED", "TERMINAL"]);
    }
}
