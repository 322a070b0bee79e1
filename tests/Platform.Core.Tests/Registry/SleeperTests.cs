using System.Net;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>Apps and pods without instances that somebody's coming wakes.</summary>
public sealed class SleeperTests
{
    private const string Owner = "app:/shop/web";
    private static readonly VirtualAddress Address = new("shopweb.marathon", null, 80, "tcp");

    [Fact]
    public void Containers_of_a_pod_whose_ports_say_so_are_woken_and_others_are_not()
    {
        var spec = new AppSpec
        {
            Id = "/shop/web",
            Pod = new()
            {
                Containers =
                [
                    new() { Name = "front", Endpoints = [new() { Name = "http", HostPort = 0, Labels = ValueMap.Create(("VIP_0", "/shop/web:80"), ("INGRESS_WAKE", "2")) }] },
                    new() { Name = "back", Endpoints = [new() { Name = "admin", HostPort = 0, Labels = ValueMap.Create(("VIP_0", "/shop/admin:80")) }] },
                ],
            },
        };

        var sleeper = AppEndpoints.Asleep(spec, "v1", Owner).ShouldHaveSingleItem();
        (sleeper.Id, sleeper.Name, sleeper.State, sleeper.Ports.Single().Name, sleeper.Ports.Single().HostPort).ShouldBe(("asleep-front", "front", EndpointState.Asleep, "http", 0));
        Sleeper.Of(sleeper, 0, "web.shop.marathon").ShouldBe(new Sleeper("web.shop.marathon", "/shop/web", 2));
    }

    [Fact]
    public void A_virtual_address_is_there_while_its_app_sleeps_and_knows_whom_to_wake()
    {
        var services = new VirtualServices();
        services.Apply(Change(1, Asleep())).ShouldHaveSingleItem().ShouldBe(Address);
        services.EndpointsOf(Address).ShouldBeEmpty();
        services.SleeperOf(Address).ShouldBe(new Sleeper("web.shop.marathon", "/shop/web", 3));

        services.Apply(Change(2, Asleep() with { Id = "one", State = EndpointState.Waiting, AgentAddresses = ["10.0.0.1"], Ports = [Port() with { HostPort = 31000 }] })).ShouldHaveSingleItem().ShouldBe(Address);
        services.SleeperOf(Address).ShouldBeNull();
        services.EndpointsOf(Address).Single().Target.ShouldBe(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 31000));

        services.Apply(Change(3)).ShouldHaveSingleItem().ShouldBe(Address);
        services.Addresses.ShouldBeEmpty();
    }

    [Fact]
    public void Without_the_label_nobody_is_woken()
    {
        var services = new VirtualServices();
        services.Apply(Change(1, Asleep() with { Labels = default })).ShouldBeEmpty();
        services.Addresses.ShouldBeEmpty();
    }

    [Fact]
    public void What_balancers_send_connections_to_has_a_drain_time()
    {
        DrainTimes.Of(default, [ValueMap.Create(("VIP_0", "/x:80"))]).ShouldBe(TimeSpan.FromSeconds(5));
        DrainTimes.Of(ValueMap.Create(("HAPROXY_0_VHOST", "x.example.com")), []).ShouldBe(TimeSpan.FromSeconds(5));
        DrainTimes.Of(ValueMap.Create(("team", "red")), [ValueMap.Create(("note", "x"))]).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Masters_and_agents_have_their_names()
    {
        var records = new RegistryNodes(["10.0.0.1:5050", "10.0.0.2:5050"], ["10.0.1.1:5051", "[fd00::1]:5052", "10.0.1.2", "no-address"]).Records(new()).Select(record => $"{record.Name} {record.Data}").ToList();

        records.ShouldContain("leader.mesos. 10.0.0.1");
        records.ShouldContain("master.mesos. 10.0.0.2");
        records.Where(record => record.Contains("slave", StringComparison.Ordinal)).ShouldBe(
            ["slave.mesos. 10.0.1.1", "_slave._tcp.mesos. slave.mesos.:5051", "slave.mesos. fd00::1", "_slave._tcp.mesos. slave.mesos.:5052", "slave.mesos. 10.0.1.2"]);
        records.ShouldContain("marathon.mesos. 10.0.0.2");
        new RegistryNodes(default, default).Records(new()).ShouldBeEmpty();
    }

    private static EndpointPort Port() => new() { Labels = ValueMap.Create(("VIP_0", "/shop/web:80")) };

    private static ServiceEndpoint Asleep() => new()
    {
        Id = "asleep",
        Framework = "marathon",
        Owner = Owner,
        State = EndpointState.Asleep,
        Labels = ValueMap.Create(("INGRESS_0_WAKE", "3")),
        Ports = [Port()],
    };

    private static EndpointChange Change(long version, params ServiceEndpoint[] endpoints) =>
        new() { Service = "web.shop.marathon", Owner = Owner, To = version, Set = endpoints.ToValueList() };
}
