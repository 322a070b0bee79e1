using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

public class KillOrderTests
{
    private static readonly AppSpec Spec = new() { Id = "/web" };

    [Fact]
    public void Condition_decides_before_age()
    {
        var running = AppSimulation.Instance("running", "v1", 4);
        var starting = AppSimulation.Instance("starting", "v1", 3) with { State = TaskState.Starting };
        var staging = AppSimulation.Instance("staging", "v1", 2) with { State = TaskState.Staging };
        var unreachable = AppSimulation.Instance("unreachable", "v1", 1) with { State = TaskState.Unreachable };

        Names(KillOrder.Choose([running, starting, staging, unreachable], Spec, 4)).ShouldBe(["unreachable", "staging", "starting", "running"]);
    }

    [Fact]
    public void The_youngest_or_the_oldest_goes_first_as_the_app_says()
    {
        var old = AppSimulation.Instance("old", "v1", 1);
        var young = AppSimulation.Instance("young", "v1", 2);

        Names(KillOrder.Choose([old, young], Spec, 1)).ShouldBe(["young"]);
        Names(KillOrder.Choose([old, young], Spec with { KillSelection = KillSelection.OldestFirst }, 1)).ShouldBe(["old"]);
    }

    [Fact]
    public void Who_has_to_leave_or_was_replaced_goes_before_all_others()
    {
        var leaving = AppSimulation.Instance("leaving", "v1", 1) with { EvictReason = "drain" };
        var returned = AppSimulation.Instance("returned", "v1", 2) with { WasInactive = true };
        var staging = AppSimulation.Instance("staging", "v1", 3) with { State = TaskState.Staging };

        Names(KillOrder.Choose([staging, returned, leaving], Spec, 2)).ShouldBe(["leaving", "returned"], ignoreOrder: true);
    }

    [Fact]
    public void A_spread_over_groups_is_made_even_before_age_counts()
    {
        var spec = Spec with { Constraints = [new("rack", "GROUP_BY")] };
        // Rack a has 3 and rack b has 1: two of a go, the younger ones first, although the one of b is the youngest of all.
        InstanceState[] instances =
        [
            On("a1", "a", 1), On("a2", "a", 2), On("a3", "a", 3), On("b1", "b", 4),
        ];

        Names(KillOrder.Choose(instances, spec, 2)).ShouldBe(["a3", "a2"]);
    }

    private static InstanceState On(string name, string rack, int started) =>
        AppSimulation.Instance(name, "v1", started) with { Attributes = Core.Collections.ValueMap.Create(("rack", rack)) };

    private static IEnumerable<string> Names(IEnumerable<InstanceState> instances) => instances.Select(instance => instance.InstanceId);
}
