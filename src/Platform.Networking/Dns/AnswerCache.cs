using System.Collections.Concurrent;

namespace Platform.Networking.Dns;

/// <summary>Answers that have been asked for, by name and type, as long as they are right.</summary>
internal sealed class AnswerCache(AnswerEncoder encoder)
{
    // Names that exist are few; those that do not may be invented without end.
    private const int LargestSize = 200_000;

    // An answer that takes long to make, of a service that changes all the time, is made this often and no more.
    private const long CostlyTicks = TimeSpan.TicksPerMillisecond * 20;

    private const int CostlyRecords = 64;

    private readonly ConcurrentDictionary<byte[], (EncodedAnswer Answer, long At)> _answers = new(WireKeyComparer.Instance);
    private int _size;

    /// <summary>The answer; null: the name is in none of our zones.</summary>
    /// <param name="key">The name in lower case on the wire, and after it the type.</param>
    internal EncodedAnswer? Find(ReadOnlySpan<byte> key)
    {
        if (_answers.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var known)
            && (known.Answer.Source.IsCurrent
                || (known.Answer.Answers.Length > CostlyRecords && Environment.TickCount64 * TimeSpan.TicksPerMillisecond - known.At < CostlyTicks)))
            return known.Answer;
        var name = DnsName.Text(key[..^2]);
        var answer = encoder.Encode(name, (ushort)((key[^2] << 8) | key[^1]));
        if (answer is null)
            return null;
        var entry = (answer, Environment.TickCount64 * TimeSpan.TicksPerMillisecond);
        if (!_answers.TryAdd(key.ToArray(), entry))
            _answers[key.ToArray()] = entry;
        else if (Interlocked.Increment(ref _size) > LargestSize)
        {
            _answers.Clear();
            Volatile.Write(ref _size, 0);
        }
        return answer;
    }
}
