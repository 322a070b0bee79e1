using System.Net;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>What the zones answer.</summary>
public sealed class ServiceZoneTests
{
    private readonly ServiceZone _zone = new(new());

    [Fact]
    public void Every_record_that_is_listed_is_found_under_its_name()
    {
        var random = new Random(7);
        string[] names = ["web", "web.shop", "web-abcde-s1", "my_db", "slave", "_odd", "UPPER.case"];
        string[] frameworks = ["marathon", "chronos", "a.slave", "metro.nome"];
        var endpoints = new List<ServiceEndpoint>();
        for (var i = 0; i < 300; i++)
        {
            var name = names[random.Next(names.Length)];
            endpoints.Add(new()
            {
                Id = $"task-{i}",
                Framework = frameworks[random.Next(frameworks.Length)],
                Name = name,
                DiscoveryName = random.Next(2) == 0 ? name : null,
                AgentId = $"agent-S{random.Next(3)}",
                AgentAddresses = [$"10.0.0.{random.Next(3)}"],
                Addresses = random.Next(2) == 0 ? default : [$"10.1.0.{i % 250}"],
                State = EndpointState.Ready,
                Ports = [new() { Name = random.Next(2) == 0 ? "http" : null, HostPort = 31000 + i, Protocol = random.Next(2) == 0 ? "tcp" : "udp,tcp" }],
            });
        }
        _zone.Apply(Change(1, [.. endpoints]));

        foreach (var group in _zone.All().SelectMany(entry => (IEnumerable<DnsRecord>)entry.Records).GroupBy(record => record.Name.ToLowerInvariant()))
        {
            var wanted = group.Select(record => (record.Type, record.Data.ToLowerInvariant())).Distinct().Order();
            _zone.Find(group.Key).Records.Select(record => (record.Type, record.Data.ToLowerInvariant())).Distinct().Order().ShouldBe(wanted, group.Key);
        }
    }

    [Fact]
    public void Only_what_is_ready_is_found()
    {
        var one = MesosDnsNamesTests.Liquor();
        _zone.Apply(Change(1, one, one with { Id = "b", State = EndpointState.Waiting, AgentAddresses = ["1.2.3.12"] }));
        Addresses("liquor-store.marathon.mesos.").ShouldBe(["1.2.3.11"]);

        _zone.Apply(Change(2, one with { State = EndpointState.Draining }, one with { Id = "b", AgentAddresses = ["1.2.3.12"] }) with { From = 1 });
        Addresses("liquor-store.marathon.mesos.").ShouldBe(["1.2.3.12"]);

        _zone.Apply(new() { Service = "s", From = 2, To = 3, Removed = ["b"] });
        Addresses("liquor-store.marathon.mesos.").ShouldBeEmpty();
    }

    [Fact]
    public void An_answer_says_when_it_is_no_longer_right()
    {
        var one = MesosDnsNamesTests.Liquor();
        _zone.Apply(Change(1, one));
        var missing = _zone.Find("other.marathon.mesos.");
        var found = _zone.Find("liquor-store.marathon.mesos.");
        (found.IsCurrent, missing.IsCurrent).ShouldBe((true, true));

        _zone.Apply(Change(2, one with { Id = "b" }) with { From = 1 });
        found.IsCurrent.ShouldBeFalse();
        missing.IsCurrent.ShouldBeTrue();

        _zone.Apply(new() { Service = "t", To = 1, Set = [one with { DiscoveryName = "other" }] });
        missing.IsCurrent.ShouldBeFalse();
    }

    [Fact]
    public void SRV_answers_bring_the_addresses_of_their_hosts()
    {
        _zone.Apply(Change(1, MesosDnsNamesTests.Liquor() with { Addresses = ["10.3.0.1"] }));

        var answer = _zone.Find("_http._liquor-store._tcp.marathon.mesos.");

        answer.Records.ShouldHaveSingleItem().Data.ShouldBe("liquor-store-4dfjd-s7.marathon.mesos.:80");
        answer.Additional.ShouldHaveSingleItem().ShouldBe(new("liquor-store-4dfjd-s7.marathon.mesos.", DnsRecordType.A, "10.3.0.1"));
    }

    [Fact]
    public void A_wildcard_label_is_left_out()
    {
        _zone.Apply(Change(1, MesosDnsNamesTests.Liquor()));
        _zone.Find("liquor-store.*.marathon.mesos.").Records.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("mesos.")]
    [InlineData("thisdcos.directory.")]
    [InlineData("dcos.thisdcos.directory.")]
    [InlineData("l4lb.thisdcos.directory.")]
    [InlineData("_._.mesos.")]
    [InlineData("_a._b.slave.mesos.")]
    [InlineData(".slave.mesos.")]
    [InlineData("..mesos.")]
    [InlineData("a--.mesos.")]
    [InlineData("x.in-addr.arpa.")]
    [InlineData("in-addr.arpa.")]
    [InlineData(".")]
    [InlineData("")]
    public void Odd_names_have_nothing(string name)
    {
        _zone.Apply(Change(1, MesosDnsNamesTests.Liquor()));
        _zone.Find(name).Records.ShouldBeEmpty();
    }

    [Fact]
    public void Virtual_addresses_have_names_and_their_addresses_point_back()
    {
        var port = new EndpointPort { HostPort = 31000, Labels = ValueMap.Create(("VIP_0", "/shop/web:80"), ("VIP_1", "1.2.3.4:80"), ("VIP_2", "nonsense")) };
        _zone.Apply(Change(1, MesosDnsNamesTests.Liquor() with { Ports = [port] }));

        var address = Addresses("shopweb.marathon.l4lb.thisdcos.directory.").ShouldHaveSingleItem();

        IPAddress.IsLoopback(IPAddress.Parse(address)).ShouldBeTrue();
        Addresses("shopweb.marathon.dclb.thisdcos.directory.").ShouldBe([address]);
        _zone.Find(ReverseNames.Of(IPAddress.Parse(address))).Records.ShouldHaveSingleItem().Data.ShouldBe("shopweb.marathon.l4lb.thisdcos.directory.");
        Addresses("other.marathon.l4lb.thisdcos.directory.").ShouldBeEmpty();
        var problems = new List<string>();
        VirtualAddresses.Of(port, "marathon", problems).Count().ShouldBe(2);
        problems.ShouldHaveSingleItem().ShouldStartWith("label VIP_2: 'nonsense' has no port");
    }

    [Fact]
    public void Named_addresses_differ_and_depend_on_the_names_alone()
    {
        var names = Enumerable.Range(0, 20_000).Select(i => $"app{i}.marathon").ToArray();
        var assigned = VirtualAddresses.Assign(names);

        assigned.Values.Distinct().Count().ShouldBe(names.Length);
        VirtualAddresses.Assign(names.Reverse()).ShouldBe(assigned, ignoreOrder: true);
        assigned.Values.ShouldAllBe(address => IPAddress.IsLoopback(address) && address.GetAddressBytes()[1] >= 128);
    }

    [Fact]
    public void The_own_address_of_a_container_points_to_its_canonical_name()
    {
        _zone.Apply(Change(1, MesosDnsNamesTests.Liquor() with { Addresses = ["10.3.0.1"] }));
        _zone.Find("1.0.3.10.in-addr.arpa.").Records.ShouldHaveSingleItem().Data.ShouldBe("liquor-store-4dfjd-s7.marathon.mesos.");
    }

    [Fact]
    public void Text_comes_from_labels_that_ask_for_it_and_from_tags()
    {
        var own = MesosDnsNamesTests.Liquor() with { Owner = "app:/liquor", Labels = ValueMap.Create(("secretive", "yes"), ("DNS_TXT_0", "v=1")) };
        _zone.Apply(Change(1, own, MesosDnsNamesTests.Liquor() with { Id = "out", Labels = ValueMap.Create(("zone", "a")) }));
        _zone.Find("liquor.store.marathon.mesos.").Records.Where(record => record.Type == DnsRecordType.Txt).Select(record => record.Data).Order().ShouldBe(["v=1", "zone=a"]);
    }

    private IEnumerable<string> Addresses(string name) => _zone.Find(name).Records.Where(record => record.Type == DnsRecordType.A).Select(record => record.Target).Order();

    private static EndpointChange Change(long to, params ReadOnlySpan<ServiceEndpoint> set) => new() { Service = "s", To = to, Set = [.. set] };
}
