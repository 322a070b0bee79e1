using System.Net.Sockets;
using Platform.Core.Registry;
using Platform.Networking.Dns;

namespace Platform.Networking.Tests.Dns;

/// <summary>Packets that no resolver would send.</summary>
public sealed class DnsPacketTests
{
    private static readonly byte[] Question = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 6, .. "leader"u8, 5, .. "mesos"u8, 0, 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Whatever_comes_is_answered_within_bounds_or_dropped()
    {
        var responder = Responder();
        var buffer = new byte[1232];
        for (var seed = 0; seed < 200_000; seed++)
        {
            var random = new Random(seed);
            var packet = Mutate(random);
            var tally = new DnsTally();
            var outcome = responder.Respond(packet, isTcp: random.Next(2) == 0, (uint)seed, buffer, ref tally, out var query, out var length);

            if (outcome != DnsResponder.Outcome.Answer)
            {
                length.ShouldBe(0, $"seed {seed}");
                continue;
            }
            length.ShouldBeInRange(12, buffer.Length, $"seed {seed}");
            buffer[..2].ShouldBe(packet[..2], $"seed {seed}");
            (buffer[2] & 0x80).ShouldBe(0x80, $"seed {seed}");
            IsWhole(buffer.AsSpan(0, length)).ShouldBeTrue($"seed {seed}");
            query.Id.ShouldBe((ushort)((packet[0] << 8) | packet[1]));
        }
    }

    [Fact]
    public void What_is_no_question_is_dropped_and_counted()
    {
        var responder = Responder();
        foreach (var packet in new byte[][] { [], [1, 2, 3], [.. Question.Take(2), 0x81, .. Question.Skip(3)] })
        {
            var tally = new DnsTally();
            responder.Respond(packet, isTcp: false, 0, new byte[512], ref tally, out _, out _).ShouldBe(DnsResponder.Outcome.Drop);
            tally.Dropped.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(4, 2)] // two questions
    [InlineData(12, 0xC0)] // a pointer in the question's name
    [InlineData(12, 70)] // a label of 70 octets
    [InlineData(11, 2)] // a record that is not there
    public void What_is_broken_is_told_to_be(int at, byte value)
    {
        var packet = (byte[])Question.Clone();
        packet[at == 4 ? 5 : at] = value;
        var (tally, buffer) = (new DnsTally(), new byte[512]);

        Responder().Respond(packet, isTcp: false, 0, buffer, ref tally, out _, out _).ShouldBe(DnsResponder.Outcome.Answer);

        (buffer[3] & 15).ShouldBe((int)DnsResponseCode.FormatError);
    }

    [Fact]
    public async Task A_server_goes_on_after_garbage()
    {
        await using var dns = await DnsFixture.StartAsync();
        dns.Zone.SetFixed([DnsRecord.Address("leader.mesos.", "10.9.9.9")]);
        using var client = new UdpClient();
        client.Connect(dns.Server.EndPoint);
        for (var seed = 0; seed < 5_000; seed++)
            await client.SendAsync(Mutate(new Random(seed)));
        (await dns.Client().QueryAsync("leader.mesos", DnsClient.QueryType.A)).Answers.Count.ShouldBe(1);
        dns.Server.Metrics.Dropped.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void An_address_that_asks_too_much_waits_for_the_next_second()
    {
        var limits = new ClientLimits(3);
        byte[] one = [192, 0, 2, 1], other = [192, 0, 2, 2];
        Enumerable.Range(0, 5).Select(_ => limits.IsWithin(one, 7)).ShouldBe([true, true, true, false, false]);
        limits.IsWithin(other, 7).ShouldBeTrue();
        limits.IsWithin(one, 8).ShouldBeTrue();
        Enumerable.Range(0, 9).ShouldAllBe(_ => limits.IsWithin(new byte[] { 127, 0, 0, 1 }, 7));
    }

    private static DnsResponder Responder()
    {
        var zone = new ServiceZone(new());
        zone.SetFixed([DnsRecord.Address("leader.mesos.", "10.9.9.9")]);
        var options = new DnsServerOptions();
        return new(new(new(zone, options, TimeProvider.System)), options);
    }

    private static byte[] Mutate(Random random)
    {
        var packet = random.Next(10) == 0 ? RandomBytes(random) : (byte[])Question.Clone();
        for (var i = random.Next(4); i > 0 && packet.Length > 0; i--)
            packet[random.Next(packet.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? packet[..random.Next(packet.Length + 1)] : packet;
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(600)];
        random.NextBytes(bytes);
        return bytes;
    }

    // Every record that the header counts is there, and nothing else.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var at = 12;
        for (var i = (answer[4] << 8) | answer[5]; i > 0; i--)
        {
            if (!DnsQuery.TrySkipName(answer, ref at))
                return false;
            at += 4;
        }
        for (var i = ((answer[6] << 8) | answer[7]) + ((answer[8] << 8) | answer[9]) + ((answer[10] << 8) | answer[11]); i > 0; i--)
        {
            if (!DnsQuery.TrySkipName(answer, ref at) || at + 10 > answer.Length)
                return false;
            at += 10 + ((answer[at + 8] << 8) | answer[at + 9]);
        }
        return at == answer.Length;
    }
}
