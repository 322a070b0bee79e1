using System.Diagnostics;
using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Dns;

namespace Platform.Networking.Tests.Dns;

/// <summary>The server as independent clients see it: a library and dig.</summary>
public sealed class DnsServerTests
{
    [Fact]
    public async Task A_client_finds_addresses_ports_and_the_way_back()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Set(DnsFixture.Task(1) with { Addresses = ["172.17.0.2", "fd00::2"] });
        var client = dns.Client();

        (await client.QueryAsync("web.shop.marathon.mesos", QueryType.A)).Answers.ARecords().Single().Address.ShouldBe(IPAddress.Parse("172.17.0.2"));
        (await client.QueryAsync("WEB-shop.Marathon.MESOS", QueryType.AAAA)).Answers.AaaaRecords().Single().Address.ShouldBe(IPAddress.Parse("fd00::2"));
        var srv = await client.QueryAsync("_http._web-shop._tcp.marathon.mesos", QueryType.SRV);
        var record = srv.Answers.SrvRecords().Single();
        (record.Port, record.Weight, record.Priority).ShouldBe(((ushort)31001, (ushort)1, (ushort)0));
        srv.Additionals.ARecords().Single().DomainName.ShouldBe(record.Target);
        (await client.QueryReverseAsync(IPAddress.Parse("172.17.0.2"))).Answers.PtrRecords().Single().PtrDomainName.ShouldBe(record.Target);
        (await client.QueryReverseAsync(IPAddress.Parse("fd00::2"))).Answers.PtrRecords().Single().PtrDomainName.ShouldBe(record.Target);
    }

    [Fact]
    public async Task What_is_missing_is_told_with_the_zone_and_how_long_that_may_be_believed()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Set(DnsFixture.Task(1));
        var client = dns.Client();

        var missing = await client.QueryAsync("nothing.marathon.mesos", QueryType.A);
        missing.Header.ResponseCode.ShouldBe(DnsHeaderResponseCode.NotExistentDomain);
        var soa = missing.Authorities.OfType<SoaRecord>().Single();
        (soa.DomainName.Value, soa.MName.Value, soa.RName.Value, soa.Minimum).ShouldBe(("mesos.", "ns1.mesos.", "root.ns1.mesos.", 5u));
        var noData = await client.QueryAsync("web.shop.marathon.mesos", QueryType.AAAA);
        (noData.Header.ResponseCode, noData.Answers.Count, noData.Authorities.Count).ShouldBe((DnsHeaderResponseCode.NoError, 0, 1));

        // And once it is there it is found at once.
        dns.Set(DnsFixture.Task(1), DnsFixture.Task(2, "nothing"));
        (await client.QueryAsync("nothing.marathon.mesos", QueryType.A)).Answers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Zones_have_their_SOA_and_NS_records()
    {
        await using var dns = await DnsFixture.StartAsync();
        var client = dns.Client();
        foreach (var zone in new[] { "mesos", "thisdcos.directory", "l4lb.thisdcos.directory" })
        {
            (await client.QueryAsync(zone, QueryType.SOA)).Answers.OfType<SoaRecord>().Single().DomainName.Value.ShouldBe(zone + ".");
            (await client.QueryAsync(zone, QueryType.NS)).Answers.NsRecords().Single().NSDName.Value.ShouldBe("ns1.mesos.");
        }
    }

    [Fact]
    public async Task Every_record_takes_its_turn_at_being_first()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Set(Enumerable.Range(0, 8).Select(i => DnsFixture.Task(i)));
        var client = dns.Client();
        var first = new HashSet<IPAddress>();
        for (var i = 0; i < 64; i++)
        {
            var answers = (await client.QueryAsync("web.shop.marathon.mesos", QueryType.A)).Answers.ARecords().ToList();
            answers.Select(record => record.Address).Distinct().Count().ShouldBe(8);
            first.Add(answers[0].Address);
        }
        first.Count.ShouldBe(8);
    }

    [Fact]
    public async Task What_does_not_fit_is_cut_and_comes_whole_over_TCP()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Set(Enumerable.Range(0, 600).Select(i => DnsFixture.Task(i)));

        (await dns.Client().QueryAsync("web.shop.marathon.mesos", QueryType.A)).Answers.ARecords().Select(a => a.Address).Distinct().Count().ShouldBe(600);
        // 1232 octets hold a header of 12, a question of 25 + 4, an EDNS record of 11 and 73 addresses of 16.
        var cut = await DigAsync(dns, "+ignore", "+bufsize=4096", "+nocookie", "web.shop.marathon.mesos");
        cut.ShouldContain("flags: qr aa tc rd ra");
        cut.ShouldContain("ANSWER: 73,");
        (await dns.Client(tcp: true).QueryAsync("_web-shop._tcp.marathon.mesos", QueryType.SRV)).Answers.SrvRecords().Count().ShouldBe(600);
    }

    [Fact]
    public async Task Dig_shows_what_the_library_shows()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Set(DnsFixture.Task(1) with { Owner = "app:/shop/web", Labels = ValueMap.Create(("DNS_TXT", "hello world")) }, DnsFixture.Task(2));
        dns.Zone.SetFixed(dns.Zone.Names.OfMasters([], IPEndPoint.Parse("10.9.9.9:5050")));

        (await DigAsync(dns, "+short", "leader.mesos")).ShouldBe("10.9.9.9");
        (await DigAsync(dns, "+short", "_leader._tcp.mesos", "SRV")).ShouldBe("0 1 5050 leader.mesos.");
        (await DigAsync(dns, "+short", "web.shop.marathon.mesos", "TXT")).ShouldBe("\"hello world\"");
        (await DigAsync(dns, "+short", "+tcp", "web.shop.marathon.mesos")).Split('\n').Order().ShouldBe(["10.0.0.2", "10.0.0.3"]);
        var full = await DigAsync(dns, "nothing.mesos");
        full.ShouldContain("status: NXDOMAIN");
        full.ShouldContain("flags: qr aa rd ra");
        full.ShouldNotContain("WARNING");
        (await DigAsync(dns, "+edns=1", "+noednsneg", "leader.mesos")).ShouldContain("status: BADVERS");
        (await DigAsync(dns, "+opcode=4", "+noedns", "leader.mesos")).ShouldContain("status: NOTIMP");
        (await DigAsync(dns, "+notcp", "+ignore", "web.shop.marathon.mesos", "ANY")).ShouldContain("flags: qr tc");
    }

    [Fact]
    public async Task Who_may_gets_the_whole_zone()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Set(Enumerable.Range(0, 400).Select(i => DnsFixture.Task(i)));

        var zone = (await DigAsync(dns, "+noall", "+answer", "mesos", "AXFR")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        zone[0].ShouldContain("SOA");
        zone[^1].ShouldBe(zone[0]);
        var listed = dns.Zone.All().SelectMany(entry => (IEnumerable<DnsRecord>)entry.Records).Distinct().Count();
        // SOA twice, and NS.
        zone.Length.ShouldBe(listed + 3);
        await using var closed = await DnsFixture.StartAsync(options => options with { TransferTo = [IPNetwork.Parse("10.0.0.0/8")] });
        (await DigAsync(closed, "mesos", "AXFR")).ShouldContain("Transfer failed");
    }

    [Fact]
    public async Task A_server_that_cannot_have_its_port_says_so()
    {
        await using var dns = await DnsFixture.StartAsync();
        (await Should.ThrowAsync<DnsStartException>(() => DnsFixture.StartAsync(options => options with { Listen = dns.Server.EndPoint }))).Message.ShouldContain("--dns-port");
        await using var moved = await DnsFixture.StartAsync(options => options with { Listen = dns.Server.EndPoint, MayMove = true });
        moved.Server.EndPoint.Port.ShouldNotBe(dns.Server.EndPoint.Port);
    }

    private static async Task<string> DigAsync(DnsFixture dns, params string[] arguments)
    {
        var start = new ProcessStartInfo("dig", ["@127.0.0.1", "-p", $"{dns.Server.EndPoint.Port}", "+time=10", "+tries=2", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var dig = Process.Start(start)!;
        var output = await dig.StandardOutput.ReadToEndAsync();
        await dig.WaitForExitAsync();
        return output.Trim();
    }
}
