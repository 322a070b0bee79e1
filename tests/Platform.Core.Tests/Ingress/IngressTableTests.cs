using Platform.Core.Collections;
using Platform.Core.Ingress;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Ingress;

/// <summary>Routes that follow the registry.</summary>
public sealed class IngressTableTests
{
    [Fact]
    public void Routes_come_change_and_go_with_endpoints()
    {
        var table = new IngressTable();
        table.Apply(Whole(Endpoint("a"), Endpoint("b") with { State = EndpointState.Draining })).ShouldBeTrue();
        var route = table.RoutesOf("web").ShouldHaveSingleItem();
        (route.Id, route.AppId, route.Rule.Hosts[0]).ShouldBe(("web:0", "/shop/web", "a.test"));
        route.Targets.Select(target => (target.Id, target.State)).ShouldBe([("a", EndpointState.Ready), ("b", EndpointState.Draining)]);

        table.Apply(new() { Service = "web", Owner = "app:/shop/web", From = 1, To = 2, Removed = ["b"], Set = [Endpoint("c")] }).ShouldBeTrue();
        table.RoutesOf("web").Single().Targets.Select(target => target.Id).ShouldBe(["a", "c"]);
        table.Apply(Whole()).ShouldBeTrue();
        table.RoutesOf("web").ShouldBeEmpty();
    }

    [Fact]
    public void The_newest_version_that_is_ready_says_how_a_service_is_reached()
    {
        var table = new IngressTable();
        var newer = Endpoint("b", "b.test") with { Version = "2", State = EndpointState.Waiting };
        table.Apply(Whole(Endpoint("a") with { Version = "1" }, newer));
        table.RoutesOf("web").Single().Rule.Hosts.ShouldBe(["a.test"]);
        table.Apply(Whole(Endpoint("a") with { Version = "1" }, newer with { State = EndpointState.Ready }));
        table.RoutesOf("web").Single().Rule.Hosts.ShouldBe(["b.test"]);
    }

    [Fact]
    public void What_has_no_labels_costs_nothing()
    {
        var table = new IngressTable();
        table.Apply(Whole(Endpoint("a") with { Labels = default })).ShouldBeFalse();
        table.RoutesOf("web").ShouldBeEmpty();
    }

    [Theory]
    // 4 old, 1 new with 10 %: 9,000 / 4 each and 1,000.
    [InlineData(10.0, new[] { 2250, 2250, 2250, 2250, 1000 })]
    [InlineData(0.0, new[] { 2500, 2500, 2500, 2500, 0 })]
    [InlineData(100.0, new[] { 0, 0, 0, 0, 10000 })]
    [InlineData(null, new[] { 1, 1, 1, 1, 1 })]
    public void A_canary_gets_its_share_whatever_the_numbers_are(double? share, int[] weights)
    {
        double?[] shares = [null, null, null, null, share];
        EndpointShares.WeightsOf(shares, one => (1, true, one)).ShouldBe(weights);
    }

    [Fact]
    public void When_all_have_a_share_or_the_others_are_not_ready_nobody_is_left_without_an_endpoint()
    {
        EndpointShares.WeightsOf(new double?[] { 0, 0 }, share => (3, true, share)).ShouldBe([3, 3]);
        EndpointShares.WeightsOf(new (bool IsReady, double? Share)[] { (false, null), (true, 0) }, one => (1, one.IsReady, one.Share)).ShouldBe([1, 1]);
    }

    private static EndpointChange Whole(params ServiceEndpoint[] endpoints) => new() { Service = "web", Owner = "app:/shop/web", To = 1, Set = endpoints.ToValueList() };

    private static ServiceEndpoint Endpoint(string id, string host = "a.test") => new()
    {
        Id = id,
        Framework = "marathon",
        AgentAddresses = ["10.0.0.1"],
        State = EndpointState.Ready,
        Ports = [new EndpointPort { HostPort = 31000 }],
        Labels = ValueMap.Create(("HAPROXY_0_VHOST", host)),
    };
}
