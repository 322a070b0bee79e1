using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Platform.Networking.Dns;

/// <summary>Answers of other name servers, as long as they allow.</summary>
internal sealed class ForwardCache(int size)
{
    private const uint Longest = 3600;

    // RFC 2308, 5: how long a name is held to be missing should be limited.
    private const uint LongestMissing = 300;

    private readonly ConcurrentDictionary<byte[], Entry> _entries = new(WireKeyComparer.Instance);

    private sealed record Entry(byte[] Answer, int[] Ttls, DateTimeOffset At, uint Seconds);

    /// <summary>A copy of the answer with what is left of its times to live, or null.</summary>
    internal byte[]? Find(byte[] key, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(key, out var entry))
            return null;
        var age = (uint)Math.Max(0, (now - entry.At).TotalSeconds);
        if (age >= entry.Seconds)
        {
            _entries.TryRemove(key, out _);
            return null;
        }
        var answer = (byte[])entry.Answer.Clone();
        foreach (var at in entry.Ttls)
        {
            var ttl = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(at));
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at), ttl > age ? ttl - age : 0);
        }
        return answer;
    }

    /// <summary>Keeps an answer if it may be kept.</summary>
    internal void Keep(byte[] key, byte[] answer, DateTimeOffset now)
    {
        var code = (DnsResponseCode)(answer[3] & 15);
        var isCut = (answer[2] & 0x02) != 0;
        if (size <= 0 || isCut || code is not (DnsResponseCode.NoError or DnsResponseCode.NameError) || !TryFindTtls(answer, out var ttls, out var least, out var hasAnswers))
            return;
        var seconds = Math.Min(least, hasAnswers ? Longest : LongestMissing);
        // Without any record nothing says how long.
        if (seconds == 0 || ttls.Length == 0)
            return;
        if (_entries.Count >= size)
            MakeRoom(now);
        _entries[key] = new(answer, ttls, now, seconds);
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, entry) in _entries)
        {
            if ((now - entry.At).TotalSeconds >= entry.Seconds)
                _entries.TryRemove(key, out _);
        }
        // All of them are good: some must go.
        foreach (var key in _entries.Keys.Take(Math.Max(0, _entries.Count - size + (size / 10) + 1)))
            _entries.TryRemove(key, out _);
    }

    private static bool TryFindTtls(byte[] answer, out int[] ttls, out uint least, out bool hasAnswers)
    {
        (ttls, least, hasAnswers) = ([], uint.MaxValue, false);
        var at = DnsQuery.HeaderLength;
        for (var i = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(4)); i > 0; i--)
        {
            if (!DnsQuery.TrySkipName(answer, ref at))
                return false;
            at += 4;
        }
        hasAnswers = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)) > 0;
        var count = 0;
        for (var i = 6; i <= 10; i += 2)
            count += BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(i));
        var found = new List<int>();
        for (; count > 0; count--)
        {
            if (!DnsQuery.TrySkipName(answer, ref at) || at + 10 > answer.Length)
                return false;
            var type = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at));
            if (type != DnsType.Opt)
            {
                found.Add(at + 4);
                var ttl = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(at + 4));
                least = Math.Min(least, ttl > int.MaxValue ? 0 : ttl);
            }
            at += 10 + BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(at + 8));
        }
        ttls = [.. found];
        return at <= answer.Length;
    }
}
