using System.Text.RegularExpressions;

namespace Platform.Core.Allocation;

/// <summary>
/// Bounds the cost of regular expressions that others send: they run in linear time (no back references, no look-around) and
/// their program, counted as RE2 does, has at most 100 instructions, Mesos' default.
/// </summary>
internal static class RegexLimits
{
    /// <summary>The most instructions of a compiled expression.</summary>
    internal const int MaxProgramSize = 100;

    /// <summary>The most repetitions that RE2 lets an expression write.</summary>
    private const int MaxRepeat = 1000;

    /// <summary>Says why an expression is refused; null when it is fine.</summary>
    internal static string? Check(string pattern)
    {
        try
        {
            Compile(pattern);
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            return $"Failed to construct regex from pattern '{pattern}': {problem.Message}";
        }
        var position = 0;
        var size = Alternatives(pattern, ref position) + 2;
        if (size > MaxProgramSize)
            return $"Regex '{pattern}' is too complex: program size of {size} is larger than maximum of {MaxProgramSize} allowed";
        return null;
    }

    /// <summary>Makes the expression, so that it matches whole texts only.</summary>
    internal static Regex Compile(string pattern) =>
        // The pattern is made on its own first: it must not close the group that is put around it.
        new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) is not null
            ? new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
            : throw new ArgumentException(pattern);

    private static long Alternatives(string pattern, ref int position)
    {
        var size = Sequence(pattern, ref position);
        while (position < pattern.Length && pattern[position] == '|')
        {
            position++;
            size += 1 + Sequence(pattern, ref position);
        }
        return size;
    }

    private static long Sequence(string pattern, ref int position)
    {
        long size = 0;
        while (position < pattern.Length && pattern[position] is not ('|' or ')'))
            size = Math.Min(size + Repeated(pattern, ref position), int.MaxValue);
        return size;
    }

    private static long Repeated(string pattern, ref int position)
    {
        var size = Atom(pattern, ref position);
        while (position < pattern.Length && pattern[position] is '*' or '+' or '?' or '{')
        {
            if (pattern[position] != '{')
            {
                size++;
                position++;
                continue;
            }
            if (!TryReadCounts(pattern, ref position, out var least, out var most))
                return size + 1;
            size = most is null ? size * Math.Max(1, least) + 1 : size * least + (most.Value - least) * (size + 1);
            size = Math.Min(size, int.MaxValue);
        }
        return size;
    }

    private static long Atom(string pattern, ref int position)
    {
        switch (pattern[position])
        {
            case '(':
                position++;
                var captures = true;
                if (position < pattern.Length && pattern[position] == '?')
                {
                    captures = pattern.AsSpan(position).StartsWith("?P<") || pattern.AsSpan(position).StartsWith("?<");
                    while (position < pattern.Length && pattern[position] is not (':' or '>' or ')'))
                        position++;
                    if (position < pattern.Length && pattern[position] != ')')
                        position++;
                }
                var size = Alternatives(pattern, ref position);
                position++;
                return size + (captures ? 2 : 0);
            case '[':
                position++;
                if (position < pattern.Length && pattern[position] == '^')
                    position++;
                if (position < pattern.Length && pattern[position] == ']')
                    position++;
                while (position < pattern.Length && pattern[position] != ']')
                    position += pattern[position] == '\\' ? 2 : 1;
                position++;
                return 1;
            case '\\':
                position += 2;
                return 1;
            default:
                position++;
                return 1;
        }
    }

    private static bool TryReadCounts(string pattern, ref int position, out int least, out int? most)
    {
        var match = Regex.Match(pattern[position..], @"\A\{(\d{1,9})(,(\d{1,9})?)?\}");
        least = 0;
        most = null;
        if (!match.Success)
        {
            // A brace that counts nothing stands for itself.
            position++;
            return false;
        }
        position += match.Length;
        least = Math.Min(int.Parse(match.Groups[1].Value), MaxRepeat * MaxProgramSize);
        most = !match.Groups[2].Success ? least
            : match.Groups[3].Success ? Math.Max(least, Math.Min(int.Parse(match.Groups[3].Value), MaxRepeat * MaxProgramSize)) : null;
        return true;
    }
}
