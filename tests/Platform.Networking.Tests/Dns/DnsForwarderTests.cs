using System.Net;
using DnsClient;
using Platform.Core.Registry;

namespace Platform.Networking.Tests.Dns;

/// <summary>Questions for other name servers. The other one is a server of ours with another zone.</summary>
public sealed class DnsForwarderTests
{
    [Fact]
    public async Task Other_zones_come_from_other_servers_and_are_kept_as_long_as_they_allow()
    {
        await using var other = await DnsFixture.StartAsync();
        other.Zone.SetFixed([DnsRecord.Address("host.mesos.", "192.0.2.7")]);
        var clock = new MovedTime();
        await using var dns = await StartInFrontOf(other, clock);
        var client = dns.Client();

        (await client.QueryAsync("host.mesos", QueryType.A)).Answers.ARecords().Single().Address.ShouldBe(IPAddress.Parse("192.0.2.7"));
        clock.Now += TimeSpan.FromSeconds(2);
        var kept = (await client.QueryAsync("HOST.mesos", QueryType.A)).Answers.ARecords().Single();
        kept.InitialTimeToLive.ShouldBe(3);
        other.Server.Metrics.Answered.ShouldBe(1);

        clock.Now += TimeSpan.FromSeconds(4);
        (await client.QueryAsync("host.mesos", QueryType.A)).Answers.ARecords().Single().InitialTimeToLive.ShouldBe(5);
        other.Server.Metrics.Answered.ShouldBe(2);
        (await dns.Client(tcp: true).QueryAsync("missing.mesos", QueryType.A)).Header.ResponseCode.ShouldBe(DnsHeaderResponseCode.NotExistentDomain);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_passed_over_and_if_all_are_it_is_told()
    {
        using var silent = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var other = await DnsFixture.StartAsync();
        other.Zone.SetFixed([DnsRecord.Address("host.mesos.", "192.0.2.7")]);
        await using var dns = await StartInFrontOf(other, TimeProvider.System, (IPEndPoint)silent.Client.LocalEndPoint!);

        (await dns.Client().QueryAsync("host.mesos", QueryType.A)).Answers.Count.ShouldBe(1);

        await using var alone = await StartInFrontOf(null, TimeProvider.System, (IPEndPoint)silent.Client.LocalEndPoint!);
        (await alone.Client().QueryAsync("host.mesos", QueryType.A)).Header.ResponseCode.ShouldBe(DnsHeaderResponseCode.ServerFailure);
        await using var none = await StartInFrontOf(null, TimeProvider.System);
        (await none.Client().QueryAsync("host.mesos", QueryType.A)).Header.ResponseCode.ShouldBe(DnsHeaderResponseCode.Refused);
    }

    [Fact]
    public void The_system_s_servers_are_those_of_resolv_conf_but_not_this_one()
    {
        string[] lines = ["# nameserver 9.9.9.9", "search example.org", "nameserver 127.0.0.1", "nameserver\t10.0.0.2", "nameserver not-an-address", "nameserver fd00::53 # six"];

        Networking.Dns.SystemResolvers.Parse(lines, new(IPAddress.Loopback, 53)).Select(server => server.Address.ToString()).ShouldBe(["10.0.0.2", "fd00::53"]);
        Networking.Dns.SystemResolvers.Parse(lines, new(IPAddress.Loopback, 8053)).Select(server => server.Address.ToString()).ShouldBe(["127.0.0.1", "10.0.0.2", "fd00::53"]);
    }

    // Its own zone has another name, so that everything else is asked elsewhere.
    private static Task<DnsFixture> StartInFrontOf(DnsFixture? other, TimeProvider time, params IPEndPoint[] before) => DnsFixture.StartAsync(
        options => options with { Upstreams = [.. before, .. other is null ? [] : new[] { other.Server.EndPoint }], UpstreamTimeout = TimeSpan.FromMilliseconds(500) }, time, "own");

    private sealed class MovedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
