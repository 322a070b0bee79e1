namespace Platform.Core.Recovery;

/// <summary>Whether a silo reaches the store, as its questions are answered. Not thread-safe.</summary>
public sealed class StoreReach
{
    /// <summary>How long an answer is waited for. 1 s.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// So many questions in a row without an answer, each for a second, are more than a busy store or a lost packet. They are counted and not
    /// timed, and what this silo noticed too late counts for nothing: one that stood still itself, or has no processor, is not cut off.
    /// </summary>
    public const int MostMissed = 3;

    /// <summary>A missing answer that is noticed later than this says nothing of the store. 1.5 s.</summary>
    public static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(1.5);

    /// <summary>When the store was away for everybody, all find it again at their own pace: for so long nobody gives up another. 5 s.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private int _missed;
    private TimeSpan? _missedAt;

    /// <summary>So many questions in a row had no answer that this silo should ask others whether they have one.</summary>
    public bool IsInDoubt => _missed >= MostMissed;

    /// <summary>One of the questions that are asked in turn was answered.</summary>
    public void Answered() => _missed = 0;

    /// <summary>One of the questions that are asked in turn was not answered.</summary>
    /// <param name="noticedAfter">How long after it was asked this silo noticed.</param>
    public void Missed(TimeSpan noticedAfter)
    {
        if (noticedAfter <= NoticedWithin)
            _missed++;
    }

    /// <summary>Some question, in turn or not, was not answered.</summary>
    /// <param name="now">When; of a clock that only goes on.</param>
    public void MissedAt(TimeSpan now) => _missedAt = now;

    /// <summary>Whether the store has answered for a while: only then is it the other's fault that it does not reach it.</summary>
    /// <param name="now">Of the same clock.</param>
    public bool CanWitness(TimeSpan now) => _missedAt is not { } last || now - last > Settled;
}
