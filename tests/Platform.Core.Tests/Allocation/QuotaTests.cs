using Platform.Core.Allocation;
using Platform.Core.Placement;
using Platform.Core.Roles;

namespace Platform.Core.Tests.AllocationModel;

public class QuotaTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Quota Guarantee(string text, string limits = "") =>
        new() { Guarantees = ResourceQuantities.Parse(text), Limits = ResourceLimits.Parse(limits) };

    private static AllocatorModel Cluster(int agents = 4)
    {
        var model = new AllocatorModel();
        for (var index = 0; index < agents; index++)
            model.SetAgent(new() { Id = $"a{index}", Hostname = $"a{index}", Total = Resources.Parse("cpus:4;mem:4096") });
        return model;
    }

    private static Demand Demand(string id, string role, int count) =>
        new() { Id = id, Owner = $"app:/{id}", Role = role, Count = count, Shape = TaskShape.Of(1, 1024) };

    [Fact]
    public void Every_problem_of_a_quota_is_told_and_nothing_is_changed()
    {
        var model = Cluster();
        model.SetQuota("eng", Guarantee("cpus:8;mem:4096", "cpus:10")).ShouldBeEmpty();
        var problems = model.SetQuotas(
        [
            new("eng/web", Guarantee("cpus:9", "cpus:12")),
            new("ops", Guarantee("cpus:20", "cpus:2")),
            new("bad//name", Quota.None),
        ]);
        // Guarantee above the parent's, limit above the parent's; guarantee above the limit, beyond the cluster; a bad name.
        problems.Length.ShouldBe(5);
        model.QuotaOf("eng/web").IsNone.ShouldBeTrue();
        model.QuotaOf("ops").IsNone.ShouldBeTrue();
        model.QuotaOf("eng").Guarantees.ShouldBe(ResourceQuantities.Parse("cpus:8;mem:4096"));
    }

    [Fact]
    public void Nested_guarantees_must_fit_together_into_the_parents()
    {
        var model = Cluster();
        model.SetQuota("eng/web", Guarantee("cpus:1")).ShouldHaveSingleItem().ShouldContain("no role above it");
        model.SetQuota("eng", Guarantee("cpus:4")).ShouldBeEmpty();
        model.SetQuota("eng/web", Guarantee("cpus:3")).ShouldBeEmpty();
        model.SetQuota("eng/db", Guarantee("cpus:2")).ShouldHaveSingleItem().ShouldContain("has 1 left");
        model.SetQuota("eng", Guarantee("cpus:2")).ShouldHaveSingleItem().ShouldContain("lower theirs first");
        model.SetQuotas([new("eng", Quota.None), new("eng/web", Quota.None)]).ShouldBeEmpty();
        model.RoleUsages().ShouldBeEmpty();
    }

    [Fact]
    public void Force_sets_more_than_the_cluster_has()
    {
        var model = Cluster(1);
        model.SetQuota("eng", Guarantee("cpus:5")).ShouldHaveSingleItem().ShouldContain("use force");
        model.SetQuota("eng", Guarantee("cpus:5"), force: true).ShouldBeEmpty();
    }

    [Fact]
    public void A_demand_stops_at_the_limit_of_its_role_and_says_so()
    {
        var model = Cluster();
        model.SetQuota("eng", new() { Limits = ResourceLimits.Parse("cpus:5") }).ShouldBeEmpty();
        model.SubmitDemand(Demand("web", "eng/web", 8), Start);
        var round = model.Allocate(Start);
        round.Placements.Length.ShouldBe(5);
        round.Explanations.ShouldHaveSingleItem().Rejections
            .ShouldContain(rejection => rejection.Reason == RejectionReason.QuotaLimit && rejection.Subject == "eng");
        model.SetQuota("eng", Quota.None).ShouldBeEmpty();
        model.Allocate(Start).Placements.Length.ShouldBe(3);
    }

    [Fact]
    public void Headroom_is_held_back_from_demands_and_given_to_the_role_that_it_is_for()
    {
        var model = Cluster();
        model.SetQuota("eng", Guarantee("cpus:6;mem:6144")).ShouldBeEmpty();
        model.SubmitDemand(Demand("greedy", "ops", 16), Start);
        var round = model.Allocate(Start);
        // Sixteen cores, six of them held back.
        round.Placements.Length.ShouldBe(10);
        round.Explanations.ShouldHaveSingleItem().Rejections.ShouldContain(rejection => rejection.Reason == RejectionReason.QuotaHeadroom);
        model.SubmitDemand(Demand("web", "eng/web", 8), Start);
        model.Allocate(Start).Placements.Length.ShouldBe(6);
        model.WaitingCount.ShouldBe(8);
    }

    [Fact]
    public void A_quota_that_goes_frees_its_headroom_at_once()
    {
        var model = Cluster(1);
        model.SetQuota("eng", Guarantee("cpus:4;mem:4096")).ShouldBeEmpty();
        model.Subscribe(new() { Id = "f1" });
        model.Allocate(Start).Offers.ShouldBeEmpty();
        model.SetQuota("eng", Quota.None).ShouldBeEmpty();
        model.Allocate(Start).Offers.ShouldHaveSingleItem();
    }

    [Fact]
    public void Room_that_a_task_frees_on_one_agent_lets_others_be_offered()
    {
        var model = Cluster(2);
        model.SubmitDemand(Demand("old", "ops", 4), Start);
        var old = model.Allocate(Start).Placements;
        model.SetQuota("eng", Guarantee("cpus:4;mem:4096")).ShouldBeEmpty();
        model.Subscribe(new() { Id = "f1" });
        // The free agent is what the guarantee needs.
        model.Allocate(Start).Offers.ShouldBeEmpty();
        model.Release(old.Select(placement => placement.TaskId));
        model.Allocate(Start).Offers.ShouldHaveSingleItem().Resources.Milli("cpus").ShouldBe(4000);
    }

    [Fact]
    public void Weights_decide_how_demands_share_what_is_too_little()
    {
        var model = Cluster(3);
        model.SetWeight("a", 2).ShouldBeEmpty();
        model.SubmitDemand(Demand("a", "a", 50), Start);
        model.SubmitDemand(Demand("b", "b", 50), Start);
        var byDemand = model.Allocate(Start).Placements.GroupBy(placement => placement.DemandId).ToDictionary(group => group.Key, group => group.Count());
        // Twelve cores at 2 : 1.
        byDemand.ShouldBe(new Dictionary<string, int> { ["a"] = 8, ["b"] = 4 }, ignoreOrder: true);
    }

    [Fact]
    public void A_bad_weight_is_refused()
    {
        var model = Cluster(1);
        model.SetWeight("a", 0).ShouldHaveSingleItem();
        model.SetWeight("a//b", double.NaN).Length.ShouldBe(2);
    }
}
