using System.Globalization;
using System.Text;

namespace Platform.Cli.Output;

/// <summary>Text of others as a terminal may get it. What would command the terminal, or turn the order of the letters, is shown as an escape.</summary>
internal static class VisibleText
{
    /// <param name="text">What is to be shown.</param>
    /// <param name="keepLines">Ends of lines stay ends of lines.</param>
    internal static string Of(string text, bool keepLines = false)
    {
        var at = 0;
        while (at < text.Length && !MustEscape(text[at], keepLines))
            at++;
        if (at == text.Length)
            return text;
        var shown = new StringBuilder(text, 0, at, text.Length + 16);
        foreach (var letter in text.AsSpan(at))
        {
            _ = (letter, MustEscape(letter, keepLines)) switch
            {
                (_, false) => shown.Append(letter),
                ('\n', _) => shown.Append("\\n"),
                ('\r', _) => shown.Append("\\r"),
                ('\t', _) => shown.Append("\\t"),
                _ => shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
            };
        }
        return shown.ToString();
    }

    // The controls of ASCII and of Latin-1, those that reverse the direction of text, and Unicode's ends of lines.
    private static bool MustEscape(char letter, bool keepLines) => letter switch
    {
        '\n' => !keepLines,
        '\u2028' or '\u2029' or '\u200e' or '\u200f' or '\u061c' => true,
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' => true,
        _ => char.IsControl(letter),
    };
}
