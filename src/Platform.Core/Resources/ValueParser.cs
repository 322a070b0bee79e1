using System.Collections.Immutable;
using System.Globalization;

namespace Platform.Core;

/// <summary>Reads one amount in Mesos' text form: scalar, ranges, set or, for attributes, text.</summary>
internal static class ValueParser
{
    /// <summary>The smallest normal double: anything closer to zero is refused, as Mesos does.</summary>
    private const double SmallestNormal = 2.2250738585072014e-308;

    /// <summary>One amount that was read, or the reason why it could not be.</summary>
    internal sealed record ParsedValue(ResourceType Type, long Milli, ValueRanges Ranges, ImmutableArray<string> Items, string Text, string? Error);

    internal static ParsedValue Parse(string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal);
        if (compact.Length == 0)
            return Fail("Expecting non-empty string");
        if (!Balanced(compact, '{', '}') || !Balanced(compact, '[', ']') || !Balanced(compact, '(', ')'))
            return Fail("Mismatched brackets");
        if (compact[0] == '[')
            return ParseRanges(compact);
        if (compact.Contains('[', StringComparison.Ordinal))
            return Fail("Unexpected '[' found");
        if (compact[0] == '{')
        {
            var items = Tokens(compact, "{},\n");
            return new(ResourceType.Set, 0, ValueRanges.Empty, [.. items], "", null);
        }
        if (compact.Contains('{', StringComparison.Ordinal))
            return Fail("Unexpected '{' found");
        return ParseScalarOrText(compact);
    }

    private static ParsedValue ParseScalarOrText(string compact)
    {
        var isNumber = char.IsAsciiDigit(compact[^1]) || compact[^1] == '.';
        if (isNumber && double.TryParse(compact, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
        {
            if (value != 0 && Math.Abs(value) < SmallestNormal)
                return Fail("Subnormal values not supported");
            if (value > 9e15)
                return Fail($"'{compact}' is too large");
            if (value >= 0)
                return new(ResourceType.Scalar, ScalarValue.From(value).Milli, ValueRanges.Empty, [], "", null);
        }
        return new(ResourceType.Text, 0, ValueRanges.Empty, [], compact, null);
    }

    private static ParsedValue ParseRanges(string compact)
    {
        var tokens = Tokens(compact, "[]-,\n");
        if (tokens.Length % 2 != 0)
            return Fail("Expecting one or more \"ranges\"");
        var ranges = new List<ValueRange>(tokens.Length / 2);
        for (var index = 0; index < tokens.Length; index += 2)
        {
            if (!long.TryParse(tokens[index], NumberStyles.None, CultureInfo.InvariantCulture, out var begin)
                || !long.TryParse(tokens[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var end))
            {
                return Fail($"Expecting non-negative integers in '{tokens[index]}-{tokens[index + 1]}'");
            }
            if (begin > end)
                return Fail($"Range {begin}-{end} ends before it begins");
            ranges.Add(new(begin, end));
        }
        return new(ResourceType.Ranges, 0, ValueRanges.Of(ranges), [], "", null);
    }

    private static string[] Tokens(string text, string separators) =>
        text.Split(separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries);

    private static bool Balanced(string text, char open, char close)
    {
        var depth = 0;
        foreach (var letter in text)
        {
            if (letter == open)
                depth++;
            else if (letter == close && --depth < 0)
                return false;
        }
        return depth == 0;
    }

    private static ParsedValue Fail(string error) => new(ResourceType.Text, 0, ValueRanges.Empty, [], "", error);
}
