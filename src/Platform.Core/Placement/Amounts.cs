using System.Runtime.Intrinsics;

namespace Platform.Core.Placement;

/// <summary>
/// Scalars of one agent or task as whole thousandths, one lane for each kind, so that sums never drift and one compare
/// judges all kinds. Kinds beyond the eighth lane are kept aside.
/// </summary>
internal readonly struct Amounts(Vector512<long> main, long[]? more = null)
{
    public const int MainLanes = 8;

    public readonly Vector512<long> Main = main;
    public readonly long[]? More = more;

    public long this[int lane]
    {
        get
        {
            if (lane < MainLanes) return Main[lane];
            return More is not null && lane - MainLanes < More.Length ? More[lane - MainLanes] : 0;
        }
    }

    public static Amounts operator +(in Amounts a, in Amounts b) => new(a.Main + b.Main, Join(a.More, b.More, 1));

    public static Amounts operator -(in Amounts a, in Amounts b) => new(a.Main - b.Main, Join(a.More, b.More, -1));

    public static Amounts Min(in Amounts a, in Amounts b)
    {
        if (a.More is null && b.More is null) return new(Vector512.Min(a.Main, b.Main));
        var more = new long[Math.Max(a.More?.Length ?? 0, b.More?.Length ?? 0)];
        for (var i = 0; i < more.Length; i++) more[i] = Math.Min(a[MainLanes + i], b[MainLanes + i]);
        return new(Vector512.Min(a.Main, b.Main), more);
    }

    /// <summary>The amounts with nothing below zero.</summary>
    public Amounts AtLeastZero() => new(Vector512.Max(Main, Vector512<long>.Zero), More?.Select(amount => Math.Max(0, amount)).ToArray());

    public Amounts With(int lane, long amount)
    {
        if (lane < MainLanes) return new(Main.WithElement(lane, amount), More);
        var more = new long[Math.Max(lane - MainLanes + 1, More?.Length ?? 0)];
        More?.CopyTo(more, 0);
        more[lane - MainLanes] = amount;
        return new(Main, more);
    }

    public bool Covers(in Amounts need) =>
        Vector512.GreaterThanOrEqualAll(Main, need.Main) && (need.More is null || CoversMore(need.More));

    public bool IsZero => Main == Vector512<long>.Zero && (More is null || More.All(amount => amount == 0));

    /// <summary>How many times <paramref name="need"/> fits, at most <paramref name="most"/>.</summary>
    public int Times(in Amounts need, int most)
    {
        long times = most;
        for (var lane = 0; lane < MainLanes; lane++)
        {
            var one = need.Main[lane];
            if (one > 0) times = Math.Min(times, Main[lane] / one);
        }

        for (var i = 0; i < (need.More?.Length ?? 0); i++)
            if (need.More![i] > 0) times = Math.Min(times, this[MainLanes + i] / need.More[i]);
        return (int)Math.Max(0, times);
    }

    public static Amounts Multiply(in Amounts one, int times) => new(one.Main * times, one.More?.Select(amount => amount * times).ToArray());

    private bool CoversMore(long[] need)
    {
        for (var i = 0; i < need.Length; i++)
            if (this[MainLanes + i] < need[i]) return false;
        return true;
    }

    private static long[]? Join(long[]? a, long[]? b, int sign)
    {
        if (a is null && b is null) return null;
        var sum = new long[Math.Max(a?.Length ?? 0, b?.Length ?? 0)];
        a?.CopyTo(sum, 0);
        for (var i = 0; i < (b?.Length ?? 0); i++) sum[i] += sign * b![i];
        return sum;
    }
}
