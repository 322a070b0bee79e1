using System.Text;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Apps;

/// <summary>Marathon's label selectors: <c>a==1, b!=2, c in (x, y), d notin (z), e</c>; all must hold, and an app without the label never matches.</summary>
internal sealed class LabelSelector
{
    private readonly List<(string Key, bool Negated, HashSet<string>? Values)> _terms = [];

    public bool Matches(ValueMap<string> labels)
    {
        foreach (var (key, negated, values) in _terms)
        {
            if (!labels.TryGetValue(key, out var value) || values is not null && values.Contains(value) == negated)
                return false;
        }
        return true;
    }

    /// <summary>Null with the problem if the text is no selector. The empty text matches every app.</summary>
    public static LabelSelector? Parse(string text, out string problem)
    {
        var scanner = new Scanner(text);
        var selector = new LabelSelector();
        problem = "";
        while (!scanner.AtEnd)
        {
            if (selector._terms.Count > 0 && !scanner.Take(","))
            {
                problem = $"',' expected at {scanner.Position}";
                return null;
            }
            if (scanner.Term() is not { } key)
            {
                problem = $"a label expected at {scanner.Position}";
                return null;
            }
            if (!selector.Add(ref scanner, key))
            {
                problem = $"a value expected at {scanner.Position}";
                return null;
            }
        }
        return selector;
    }

    private bool Add(ref Scanner scanner, string key)
    {
        var equal = scanner.Take("==");
        if (equal || scanner.Take("!="))
        {
            if (scanner.Term() is not { } value)
                return false;
            _terms.Add((key, !equal, [value]));
            return true;
        }
        var among = scanner.TakeWord("in");
        if (!among && !scanner.TakeWord("notin"))
        {
            _terms.Add((key, false, null));
            return true;
        }
        if (!scanner.Take("("))
            return false;
        var values = new HashSet<string>(StringComparer.Ordinal);
        while (!scanner.Take(")"))
        {
            if (values.Count > 0 && !scanner.Take(",") || scanner.Term() is not { } value)
                return false;
            values.Add(value);
        }
        _terms.Add((key, !among, values));
        return true;
    }

    private ref struct Scanner(string text)
    {
        public int Position { get; private set; }

        public bool AtEnd
        {
            get
            {
                SkipSpace();
                return Position == text.Length;
            }
        }

        public bool Take(string token)
        {
            SkipSpace();
            if (!text.AsSpan(Position).StartsWith(token, StringComparison.Ordinal))
                return false;
            Position += token.Length;
            return true;
        }

        public bool TakeWord(string word)
        {
            SkipSpace();
            var end = Position + word.Length;
            if (!text.AsSpan(Position).StartsWith(word, StringComparison.Ordinal) || end < text.Length && IsTerm(text[end]))
                return false;
            Position = end;
            return true;
        }

        /// <summary>Letters, digits and <c>-_.</c>; everything else after a backslash.</summary>
        public string? Term()
        {
            SkipSpace();
            var term = new StringBuilder();
            while (Position < text.Length)
            {
                if (text[Position] == '\\' && Position + 1 < text.Length)
                    Position++;
                else if (!IsTerm(text[Position]))
                    break;
                term.Append(text[Position++]);
            }
            return term.Length == 0 ? null : term.ToString();
        }

        private static bool IsTerm(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

        private void SkipSpace()
        {
            while (Position < text.Length && char.IsWhiteSpace(text[Position]))
                Position++;
        }
    }
}
