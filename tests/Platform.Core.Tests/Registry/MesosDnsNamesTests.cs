using System.Net;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>Records with the names that Mesos-DNS gives them.</summary>
public sealed class MesosDnsNamesTests
{
    private const string Agent = "20140803-125133-3041283216-5050-2410-S7";
    private readonly MesosDnsNames _names = new();

    [Fact]
    public void A_task_without_discovery_info_has_its_label_and_its_host_ports()
    {
        // SHA-1 of the id begins with the letters "zinaz"; the agent's id ends with S7.
        var task = new ServiceEndpoint
        {
            Id = "car-store.43758382-562f-11e4-a088-c20493233aa5",
            Framework = "Marathon 2.0",
            Name = "car.store",
            AgentId = Agent,
            AgentAddresses = ["1.2.3.11"],
            Ports = [new() { HostPort = 31364 }, new() { HostPort = 31365 }],
        };

        Lines(_names.OfTask(task)).ShouldBe(
        [
            "car-store.marathon2.0.mesos. A 1.2.3.11",
            "car-store-zinaz-s7.marathon2.0.mesos. A 1.2.3.11",
            "car-store.marathon2.0.slave.mesos. A 1.2.3.11",
            "car-store-zinaz-s7.marathon2.0.slave.mesos. A 1.2.3.11",
            "_car-store._tcp.marathon2.0.slave.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31364",
            "_car-store._udp.marathon2.0.slave.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31364",
            "_car-store._tcp.marathon2.0.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31364",
            "_car-store._udp.marathon2.0.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31364",
            "_car-store._tcp.marathon2.0.slave.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31365",
            "_car-store._udp.marathon2.0.slave.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31365",
            "_car-store._tcp.marathon2.0.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31365",
            "_car-store._udp.marathon2.0.mesos. SRV car-store-zinaz-s7.marathon2.0.slave.mesos.:31365",
        ]);
    }

    [Fact]
    public void A_discovered_task_has_its_announced_ports_and_is_found_with_dots_and_as_one_label()
    {
        var task = Liquor() with { Addresses = ["10.3.0.1"] };

        var lines = Lines(_names.OfTask(task));

        lines.ShouldBe(
        [
            "liquor.store.marathon.mesos. A 10.3.0.1",
            "liquor.store-4dfjd-s7.marathon.mesos. A 10.3.0.1",
            "liquor.store.marathon.slave.mesos. A 1.2.3.11",
            "liquor.store-4dfjd-s7.marathon.slave.mesos. A 1.2.3.11",
            "_liquor.store._tcp.marathon.slave.mesos. SRV liquor.store-4dfjd-s7.marathon.slave.mesos.:31354",
            "_liquor.store._udp.marathon.slave.mesos. SRV liquor.store-4dfjd-s7.marathon.slave.mesos.:31354",
            "_liquor.store._tcp.marathon.mesos. SRV liquor.store-4dfjd-s7.marathon.mesos.:80",
            "_http._liquor.store._tcp.marathon.mesos. SRV liquor.store-4dfjd-s7.marathon.mesos.:80",
            "liquor-store.marathon.mesos. A 10.3.0.1",
            "liquor-store-4dfjd-s7.marathon.mesos. A 10.3.0.1",
            "liquor-store.marathon.slave.mesos. A 1.2.3.11",
            "liquor-store-4dfjd-s7.marathon.slave.mesos. A 1.2.3.11",
            "_liquor-store._tcp.marathon.slave.mesos. SRV liquor-store-4dfjd-s7.marathon.slave.mesos.:31354",
            "_liquor-store._udp.marathon.slave.mesos. SRV liquor-store-4dfjd-s7.marathon.slave.mesos.:31354",
            "_liquor-store._tcp.marathon.mesos. SRV liquor-store-4dfjd-s7.marathon.mesos.:80",
            "_http._liquor-store._tcp.marathon.mesos. SRV liquor-store-4dfjd-s7.marathon.mesos.:80",
        ]);
    }

    [Fact]
    public void A_discovered_port_without_a_protocol_is_found_under_both()
    {
        var task = Liquor() with { DiscoveryName = "db", Ports = [new() { ContainerPort = 5432, Protocol = "" }] };

        Lines(_names.OfTask(task)).Where(line => line.Contains("SRV", StringComparison.Ordinal)).ShouldBe(
        [
            "_db._tcp.marathon.mesos. SRV db-4dfjd-s7.marathon.mesos.:5432",
            "_db._udp.marathon.mesos. SRV db-4dfjd-s7.marathon.mesos.:5432",
        ]);
    }

    [Fact]
    public void IPv6_addresses_are_AAAA_records() =>
        Lines(_names.OfTask(Liquor() with { DiscoveryName = "toy", AgentAddresses = ["2001:db8::1"], Ports = default })).ShouldBe(
        [
            "toy.marathon.mesos. AAAA 2001:db8::1",
            "toy-4dfjd-s7.marathon.mesos. AAAA 2001:db8::1",
            "toy.marathon.slave.mesos. AAAA 2001:db8::1",
            "toy-4dfjd-s7.marathon.slave.mesos. AAAA 2001:db8::1",
        ]);

    [Fact]
    public void With_RFC_952_labels_are_short_and_begin_with_a_letter() =>
        Lines(new MesosDnsNames("mesos", DnsLabelRule.Rfc952).OfTask(Liquor() with { Framework = "chronos with a space AND MIXED CASE-2.0.1", DiscoveryName = null, Name = "9box", Ports = default }))[0]
            .ShouldBe("box.chronoswithaspaceandmixe.mesos. A 1.2.3.11");

    [Theory]
    [InlineData("", "5@0.0.0.6:7", "master0=0.0.0.6")]
    [InlineData("0.0.0.6:7", "0.0.0.6:7", "master0=0.0.0.6")]
    [InlineData("0.0.0.8:9", "0.0.0.6:7", "master0=0.0.0.8 master1=0.0.0.6")]
    [InlineData("0.0.0.8:9 0.0.0.8:9", "0.0.0.6:7", "master0=0.0.0.8 master1=0.0.0.6")]
    [InlineData("0.0.0.8:9 0.0.0.6:7 0.0.0.6:7", "0.0.0.6:7", "master0=0.0.0.8 master1=0.0.0.6")]
    [InlineData("0.0.0.8:9 0.0.0.6:7 0.0.0.7:0", "0.0.0.6:7", "master0=0.0.0.8 master1=0.0.0.6 master2=0.0.0.7")]
    public void Masters_are_numbered_in_their_order_and_a_leader_that_is_not_among_them_last(string masters, string leader, string numbered)
    {
        var list = masters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPEndPoint.Parse).ToList();
        var records = _names.OfMasters(list, IPEndPoint.Parse(leader[(leader.IndexOf('@') + 1)..])).ToList();

        var lines = Lines(records);
        string.Join(' ', records.Where(r => r.Name.StartsWith("master", StringComparison.Ordinal) && r.Name != "master.mesos.").Select(r => $"{r.Name[..^7]}={r.Target}")).ShouldBe(numbered);
        lines.ShouldContain("leader.mesos. A 0.0.0.6");
        lines.ShouldContain("_leader._tcp.mesos. SRV leader.mesos.:7");
        lines.ShouldContain("_leader._udp.mesos. SRV leader.mesos.:7");
        records.Where(r => r.Name == "master.mesos.").Select(r => r.Target).Order().ShouldBe(
            list.Select(m => m.Address.ToString()).Append("0.0.0.6").Distinct().Order());
    }

    [Fact]
    public void Agents_and_frameworks_have_names_of_their_own()
    {
        Lines(_names.OfAgent(["1.2.3.10", "host-a"], 5051)).ShouldBe(["slave.mesos. A 1.2.3.10", "_slave._tcp.mesos. SRV slave.mesos.:5051"]);
        Lines(_names.OfFramework("marathon", ["1.2.3.11"], 25501)).ShouldBe(["marathon.mesos. A 1.2.3.11", "_framework._tcp.marathon.mesos. SRV marathon.mesos.:25501"]);
        _names.AgentAddresses("Host_A.example", []).ShouldBe(["host-a.example"]);
    }

    [Fact]
    public void DC_OS_names_say_which_address_is_meant()
    {
        var task = Liquor() with { Addresses = ["10.3.0.1"] };

        Lines(DcosNames.OfTask(task)).ShouldBe(
        [
            "liquor-store.marathon.agentip.dcos.thisdcos.directory. A 1.2.3.11",
            "liquor-store.marathon.containerip.dcos.thisdcos.directory. A 10.3.0.1",
            "liquor-store.marathon.autoip.dcos.thisdcos.directory. A 10.3.0.1",
        ]);
        Lines(DcosNames.OfTask(task with { Ports = [new() { HostPort = 31000, ContainerPort = 80 }] }))[2].ShouldBe("liquor-store.marathon.autoip.dcos.thisdcos.directory. A 1.2.3.11");
    }

    internal static ServiceEndpoint Liquor() => new()
    {
        Id = "liquor-store.b8db9f73-562f-11e4-a088-c20493233aa5",
        Framework = "marathon",
        Name = "big.dog2",
        DiscoveryName = "liquor.store",
        AgentId = Agent,
        AgentAddresses = ["1.2.3.11"],
        State = EndpointState.Ready,
        Ports = [new() { HostPort = 31354, IsHidden = true }, new() { Name = "http", ContainerPort = 80 }],
    };

    private static List<string> Lines(IEnumerable<DnsRecord> records) => [.. records.Select(record => $"{record.Name} {record.TypeName} {record.Data}")];
}
