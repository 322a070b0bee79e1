using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Platform.Networking.Dns;

/// <summary>Asks other name servers what our zones do not have, and keeps what they answer.</summary>
/// <remarks>
/// The client's packet goes on as it is but for its id, from a port of its own, so that who wants to forge an answer must guess both. Equal
/// questions that come meanwhile wait for the same answer.
/// </remarks>
internal sealed class DnsForwarder(IReadOnlyList<IPEndPoint> upstreams, DnsServerOptions options, DnsMetrics metrics, TimeProvider time)
{
    private readonly ForwardCache _cache = new(options.CacheSize);
    private readonly ConcurrentDictionary<byte[], Task<byte[]?>> _asked = new(WireKeyComparer.Instance);
    private int _waiting;

    /// <summary>The answer to a client's packet: always one, if need be that of a failure.</summary>
    internal async Task<byte[]> AskAsync(byte[] packet, DnsQuery query, bool isTcp)
    {
        if (upstreams.Count == 0)
            return Empty(packet, query, DnsResponseCode.Refused);
        var key = Key(packet, query, isTcp);
        if (_cache.Find(key, time.GetUtcNow()) is { } known)
            return ForClient(known, packet);
        if (!_asked.TryGetValue(key, out var asking))
        {
            if (Interlocked.Increment(ref _waiting) > options.LargestBacklog)
            {
                Interlocked.Decrement(ref _waiting);
                metrics.Add(new() { Failed = 1 });
                return Empty(packet, query, DnsResponseCode.ServerFailure);
            }
            var answer = new TaskCompletionSource<byte[]?>(TaskCreationOptions.RunContinuationsAsynchronously);
            asking = _asked.GetOrAdd(key, answer.Task);
            if (asking == answer.Task)
                _ = FetchAsync(key, packet, query, isTcp, answer);
            else
                Interlocked.Decrement(ref _waiting);
        }
        var found = await asking.ConfigureAwait(false);
        return found is null ? Empty(packet, query, DnsResponseCode.ServerFailure) : ForClient(found, packet);
    }

    private async Task FetchAsync(byte[] key, byte[] packet, DnsQuery query, bool isTcp, TaskCompletionSource<byte[]?> result)
    {
        byte[]? answer = null;
        try
        {
            foreach (var upstream in upstreams)
            {
                answer = await TryAskAsync(upstream, packet, query, isTcp).ConfigureAwait(false);
                if (answer is not null)
                    break;
            }
            if (answer is null)
                metrics.Add(new() { Failed = 1 });
            else
                _cache.Keep(key, answer, time.GetUtcNow());
        }
        finally
        {
            _asked.TryRemove(key, out _);
            Interlocked.Decrement(ref _waiting);
            result.SetResult(answer);
        }
    }

    private async Task<byte[]?> TryAskAsync(IPEndPoint upstream, byte[] packet, DnsQuery query, bool isTcp)
    {
        using var limit = new CancellationTokenSource(options.UpstreamTimeout, time);
        try
        {
            var question = (byte[])packet.Clone();
            RandomNumberGenerator.Fill(question.AsSpan(0, 2));
            using var socket = new Socket(upstream.AddressFamily, isTcp ? SocketType.Stream : SocketType.Dgram, isTcp ? ProtocolType.Tcp : ProtocolType.Udp);
            await socket.ConnectAsync(upstream, limit.Token).ConfigureAwait(false);
            var answer = isTcp ? await OverTcpAsync(socket, question, limit.Token).ConfigureAwait(false) : await OverUdpAsync(socket, question, query, limit.Token).ConfigureAwait(false);
            // Who cannot answer is passed over for the next.
            return answer is not null && Answers(answer, question, query) && (answer[3] & 15) is not ((int)DnsResponseCode.ServerFailure or (int)DnsResponseCode.Refused) ? answer : null;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private static async Task<byte[]> OverUdpAsync(Socket socket, byte[] question, DnsQuery query, CancellationToken limit)
    {
        await socket.SendAsync(question, limit).ConfigureAwait(false);
        var buffer = new byte[4096];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, limit).ConfigureAwait(false);
            // A forged answer is passed over: the true one may still come.
            if (Answers(buffer.AsSpan(0, length), question, query))
                return buffer[..length];
        }
    }

    private static async Task<byte[]?> OverTcpAsync(Socket socket, byte[] question, CancellationToken limit)
    {
        await using var stream = new NetworkStream(socket);
        var framed = new byte[question.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
        question.CopyTo(framed, 2);
        await stream.WriteAsync(framed, limit).ConfigureAwait(false);
        var head = new byte[2];
        await stream.ReadExactlyAsync(head, limit).ConfigureAwait(false);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadExactlyAsync(answer, limit).ConfigureAwait(false);
        return answer.Length < DnsQuery.HeaderLength ? null : answer;
    }

    private static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question, in DnsQuery query) =>
        answer.Length >= query.QuestionEnd && answer[..2].SequenceEqual(question[..2]) && (answer[2] & 0x80) != 0
        && answer[4..6].SequenceEqual(question[4..6])
        && EqualNames(answer[DnsQuery.HeaderLength..query.QuestionEnd], question[DnsQuery.HeaderLength..query.QuestionEnd]);

    private static bool EqualNames(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> a = stackalloc byte[left.Length], b = stackalloc byte[left.Length];
        DnsName.Lower(left, a);
        DnsName.Lower(right, b);
        return a.SequenceEqual(b);
    }

    // What changes the answer: name, type and class, DNSSEC, checking, the way, and over UDP how much fits.
    private static byte[] Key(byte[] packet, in DnsQuery query, bool isTcp)
    {
        var key = new byte[query.NameLength + 4 + 3];
        DnsName.Lower(packet.AsSpan(DnsQuery.HeaderLength, query.NameLength), key);
        packet.AsSpan(DnsQuery.HeaderLength + query.NameLength, 4).CopyTo(key.AsSpan(query.NameLength));
        key[^3] = (byte)((query.WantsSecurity ? 1 : 0) | (query.HasEdns ? 2 : 0) | (isTcp ? 4 : 0) | (packet[3] & 0x10) | (query.WantsRecursion ? 32 : 0));
        key[^2] = (byte)(query.UdpSize >> 8);
        key[^1] = (byte)query.UdpSize;
        return key;
    }

    // With the client's id, and its name as it wrote it.
    private static byte[] ForClient(byte[] answer, byte[] packet)
    {
        var copy = (byte[])answer.Clone();
        packet.AsSpan(0, 2).CopyTo(copy);
        var end = DnsQuery.HeaderLength;
        if (DnsQuery.TrySkipName(packet, ref end) && end <= copy.Length)
            packet.AsSpan(DnsQuery.HeaderLength, end - DnsQuery.HeaderLength).CopyTo(copy.AsSpan(DnsQuery.HeaderLength));
        return copy;
    }

    private static byte[] Empty(byte[] packet, DnsQuery query, DnsResponseCode code)
    {
        var answer = new byte[query.QuestionEnd + DnsResponse.EdnsLength];
        return answer[..DnsResponse.WriteEmpty(packet, query, code, isCut: false, answer)];
    }
}
