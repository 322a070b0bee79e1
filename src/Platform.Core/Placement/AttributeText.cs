using System.Globalization;

namespace Platform.Core.Placement;

/// <summary>Attribute values as the text that constraints compare, in Marathon's form.</summary>
public static class AttributeText
{
    /// <summary>
    /// A scalar with up to three decimals and no trailing zeros, rounded half to even on the exact value of the double: 1.0005
    /// (a little less, in binary) becomes 1, and 1.1005 (a little more) becomes 1.101.
    /// </summary>
    public static string Scalar(double value)
    {
        if (!double.IsFinite(value) || Math.Abs(value) >= 1e15) return value.ToString("0.###", CultureInfo.InvariantCulture);
        var digits = value.ToString(Math.Abs(value) < 1e8 ? "F20" : "F10", CultureInfo.InvariantCulture);
        var rounded = decimal.Round(decimal.Parse(digits, CultureInfo.InvariantCulture), 3, MidpointRounding.ToEven);
        return rounded.ToString("0.###", CultureInfo.InvariantCulture);
    }

    /// <summary>Ranges as <c>[b-e,b-e]</c>, in order of their begin.</summary>
    public static string Ranges(IEnumerable<(long Begin, long End)> ranges) =>
        $"[{string.Join(',', ranges.OrderBy(range => range.Begin).Select(range => $"{range.Begin}-{range.End}"))}]";

    /// <summary>A set as <c>{a,b}</c>, in ordinal order.</summary>
    public static string Set(IEnumerable<string> items) => $"{{{string.Join(',', items.Order(StringComparer.Ordinal))}}}";

    /// <summary>An attribute as an agent writes it on its command line, rendered again: <c>1.0</c> becomes <c>1</c>, <c>{b,a}</c> becomes <c>{a,b}</c>.</summary>
    public static string Normalize(string written)
    {
        if (written.Length > 2 && written[0] == '{' && written[^1] == '}') return Set(written[1..^1].Split(','));
        if (written.Length > 2 && written[0] == '[' && written[^1] == ']')
        {
            var ranges = new List<(long, long)>();
            foreach (var part in written[1..^1].Split(','))
            {
                var ends = part.Split('-');
                if (ends.Length != 2 || !long.TryParse(ends[0], out var begin) || !long.TryParse(ends[1], out var end)) return written;
                ranges.Add((begin, end));
            }

            return Ranges(ranges);
        }

        return IsScalar(written) ? Scalar(double.Parse(written, CultureInfo.InvariantCulture)) : written;
    }

    /// <summary>Whether a text is a scalar in the sense of Mesos: digits, and maybe a point and more digits.</summary>
    public static bool IsScalar(string text)
    {
        var point = text.IndexOf('.');
        return point < 0
            ? text.Length > 0 && text.All(char.IsAsciiDigit)
            : point > 0 && point < text.Length - 1 && text.Remove(point, 1).All(char.IsAsciiDigit);
    }
}
