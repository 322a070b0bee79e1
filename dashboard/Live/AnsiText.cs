using System.Text;

namespace Platform.Dashboard.Live;

/// <summary>Reads lines that programs wrote for a terminal: colours are kept as looks, every other escape sequence is dropped.</summary>
/// <remarks>Looks go on across lines, as on a terminal. The sequences are those of ECMA-48: CSI (with SGR for colours), OSC, and two-character ones.</remarks>
public sealed class AnsiText
{
    private const char Escape = '\u001b';

    private int _colour = -1;
    private int _background = -1;
    private bool _isBold;
    private bool _isUnderlined;

    /// <summary>The next line, without its line feed.</summary>
    public LogLine Read(long number, string line)
    {
        line = AfterReturns(line);
        if (!line.Contains(Escape) && Look.Length == 0)
            return new(number, line, [new(line, "")]);
        var segments = new List<LogSegment>();
        var (text, part) = (new StringBuilder(line.Length), new StringBuilder());
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != Escape)
            {
                part.Append(line[i]);
                continue;
            }

            var look = Look;
            i = Skip(line, i);
            if (look == Look || part.Length == 0)
                continue;
            text.Append(part);
            segments.Add(new(part.ToString(), look));
            part.Clear();
        }

        if (part.Length > 0)
            segments.Add(new(part.ToString(), Look));
        return new(number, text.Append(part).ToString(), segments);
    }

    private string Look => _colour < 0 && _background < 0 && !_isBold && !_isUnderlined
        ? ""
        : string.Join(' ', ((string[])[
            _colour >= 0 ? $"ansi-{_colour}" : "", _background >= 0 ? $"ansi-bg-{_background}" : "", _isBold ? "ansi-bold" : "", _isUnderlined ? "ansi-under" : "",
        ]).Where(name => name.Length > 0));

    // A carriage return writes the line anew, as progress bars do; one at the end belongs to the line feed.
    private static string AfterReturns(string line)
    {
        line = line.TrimEnd('\r');
        var last = line.LastIndexOf('\r');
        return last < 0 ? line : line[(last + 1)..];
    }

    /// <summary>The index of the last character of the sequence that begins here.</summary>
    private int Skip(string line, int at)
    {
        if (at + 1 >= line.Length)
            return at;
        if (line[at + 1] == ']')
        {
            var end = line.AsSpan(at).IndexOfAny('\u0007', '\\');
            return end < 0 ? line.Length - 1 : at + end;
        }

        if (line[at + 1] != '[')
            return at + 1;
        for (var i = at + 2; i < line.Length; i++)
        {
            if (line[i] is < '@' or > '~')
                continue;
            if (line[i] == 'm')
                Take(line[(at + 2)..i]);
            return i;
        }

        return line.Length - 1;
    }

    private void Take(string parameters)
    {
        var codes = parameters.Split(';').Select(code => int.TryParse(code, out var number) ? number : 0).ToArray();
        for (var i = 0; i < codes.Length; i++)
        {
            switch (codes[i])
            {
                case 0:
                    (_colour, _background, _isBold, _isUnderlined) = (-1, -1, false, false);
                    break;
                case 1:
                    _isBold = true;
                    break;
                case 4:
                    _isUnderlined = true;
                    break;
                case 22:
                    _isBold = false;
                    break;
                case 24:
                    _isUnderlined = false;
                    break;
                case >= 30 and <= 37 or >= 90 and <= 97:
                    _colour = codes[i];
                    break;
                case 39:
                    _colour = -1;
                    break;
                case >= 40 and <= 47 or >= 100 and <= 107:
                    _background = codes[i] - 10;
                    break;
                case 49:
                    _background = -1;
                    break;
                case 38 or 48:
                    // 256 colours or red, green, blue: the sixteen plain ones are kept, the others are shown plain.
                    var isIndexed = i + 2 < codes.Length && codes[i + 1] == 5;
                    var plain = isIndexed && codes[i + 2] < 16 ? (codes[i + 2] < 8 ? 30 : 82) + codes[i + 2] : -1;
                    (_colour, _background) = codes[i] == 38 ? (plain, _background) : (_colour, plain);
                    i += isIndexed ? 2 : 4;
                    break;
            }
        }
    }
}
