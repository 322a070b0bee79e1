using System.Globalization;

namespace Platform.Core;

/// <summary>
/// An amount in fixed point with three decimals, kept as a whole number of thousandths so that sums never drift.
/// Rule of Mesos: a scalar is its value times 1000, rounded half away from zero.
/// </summary>
/// <param name="Milli">The amount in thousandths.</param>
[GenerateSerializer, Immutable, Alias("Platform.ScalarValue")]
public readonly record struct ScalarValue([property: Id(0)] long Milli) : IComparable<ScalarValue>
{
    /// <summary>The amount zero.</summary>
    public static ScalarValue Zero => default;

    /// <summary>The amount as a floating point number, for display and for arithmetic that needs no exactness.</summary>
    public double Value => Milli / 1000d;

    /// <summary>Rounds a floating point number to three decimals, half away from zero.</summary>
    /// <param name="value">A finite number within ±9.2e15.</param>
    public static ScalarValue From(double value) => new((long)Math.Round(value * 1000d, MidpointRounding.AwayFromZero));

    /// <inheritdoc />
    public int CompareTo(ScalarValue other) => Milli.CompareTo(other.Milli);

    /// <summary>Prints up to three decimals without trailing zeros: <c>1.1</c>, <c>1000001</c>.</summary>
    public override string ToString() => Format(Milli);

    /// <summary>Prints an amount in thousandths with up to three decimals and no trailing zeros.</summary>
    /// <param name="milli">The amount in thousandths.</param>
    public static string Format(long milli)
    {
        var whole = (milli / 1000).ToString(CultureInfo.InvariantCulture);
        var rest = Math.Abs(milli % 1000);
        if (rest == 0)
            return whole;
        var sign = milli < 0 && milli > -1000 ? "-" : "";
        return $"{sign}{whole}.{rest.ToString("000", CultureInfo.InvariantCulture).TrimEnd('0')}";
    }

    public static bool operator <(ScalarValue left, ScalarValue right) => left.Milli < right.Milli;

    public static bool operator <=(ScalarValue left, ScalarValue right) => left.Milli <= right.Milli;

    public static bool operator >(ScalarValue left, ScalarValue right) => left.Milli > right.Milli;

    public static bool operator >=(ScalarValue left, ScalarValue right) => left.Milli >= right.Milli;

    public static ScalarValue operator +(ScalarValue left, ScalarValue right) => new(left.Milli + right.Milli);

    public static ScalarValue operator -(ScalarValue left, ScalarValue right) => new(left.Milli - right.Milli);
}
