using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

public sealed class SecretUseTests
{
    private static readonly AppSpec Plain = new() { Id = "/a", Secrets = ValueMap.Create(("pw", "shop/password")) };

    private static AppSpec With(SecretChange mode, string signal = "SIGHUP") => Plain with { Extension = new() { SecretChange = new() { Mode = mode, Signal = signal } } };

    private static TaskUpdate Status(long? asOf) => new() { TaskId = "t", Owner = "app:/a", State = TaskState.Running, SecretsAsOf = asOf };

    private static InstanceState Instance(TaskState state, long? asOf) => new()
    {
        InstanceId = "i", TaskId = "t", Version = "v", ConfigVersion = "v", AgentId = "agent", Host = "host", State = state, LastStatus = Status(asOf),
    };

    [Theory]
    [InlineData(TaskState.Running, 4L, true)]
    [InlineData(TaskState.Running, 5L, false)]
    [InlineData(TaskState.Running, 6L, false)]
    [InlineData(TaskState.Running, null, false)] // Its agent is older than such numbers.
    [InlineData(TaskState.Staging, 4L, false)] // It is told once it runs.
    [InlineData(TaskState.Unreachable, 4L, false)]
    public void A_task_is_behind_a_change_if_it_runs_with_values_from_before(TaskState state, long? asOf, bool isBehind) =>
        SecretUse.Behind(Instance(state, asOf), 5).Any().ShouldBe(isBehind);

    [Fact]
    public void A_task_that_shall_end_is_told_nothing() => SecretUse.Behind(Instance(TaskState.Running, 4) with { Goal = InstanceGoal.Decommissioned }, 5).ShouldBeEmpty();

    [Fact]
    public void Each_container_of_a_pod_is_behind_by_itself()
    {
        PodContainerState Container(string task, long asOf) => new() { Name = task, TaskId = task, State = TaskState.Running, LastStatus = Status(asOf) };
        var pod = Instance(TaskState.Running, 9) with { Containers = [Container("one", 4), Container("two", 5)] };

        SecretUse.Behind(pod, 5).ShouldBe(["one"]);
    }

    [Fact]
    public void An_app_uses_the_paths_that_it_names()
    {
        SecretUse.Uses(Plain, new HashSet<string> { "shop/password", "other" }).ShouldBeTrue();
        SecretUse.Uses(Plain, new HashSet<string> { "pw" }).ShouldBeFalse();
        SecretUse.OnChange(Plain).ShouldBe(SecretChange.None);
    }

    [Fact]
    public void Instances_are_replaced_by_a_change_of_the_mode_only_where_they_have_to_be_launched_for_it()
    {
        new AppDifference("/a", Plain, With(SecretChange.Restart)).ChangesInstances.ShouldBeFalse();
        new AppDifference("/a", With(SecretChange.Restart), Plain).ChangesInstances.ShouldBeFalse();
        new AppDifference("/a", Plain, With(SecretChange.Signal)).ChangesInstances.ShouldBeTrue();
        new AppDifference("/a", With(SecretChange.Signal), With(SecretChange.Restart)).ChangesInstances.ShouldBeTrue();
    }
}
