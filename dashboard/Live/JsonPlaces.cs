using System.Text;
using System.Text.Json;

namespace Platform.Dashboard.Live;

/// <summary>A place in a text, counted from 1 as editors count; columns are UTF-16 code units.</summary>
/// <param name="Line">The line where it begins.</param>
/// <param name="Column">The column where it begins.</param>
/// <param name="EndLine">The line where it ends.</param>
/// <param name="EndColumn">The column after its last character.</param>
public readonly record struct TextPlace(int Line, int Column, int EndLine, int EndColumn);

/// <summary>Where the members of a JSON text stand.</summary>
internal sealed class JsonPlaces
{
    private readonly Dictionary<string, TextPlace> _places = new(StringComparer.Ordinal);

    private JsonPlaces()
    {
    }

    /// <summary>The places of a text; of one that is no JSON as far as it could be read.</summary>
    public static JsonPlaces Of(string json)
    {
        var places = new JsonPlaces();
        var bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var lines = new LineCount(bytes);
        var open = new Stack<(string Path, int Index)>();
        var (name, nameAt) = ((string?)null, default((int, int)?));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    (name, nameAt) = (reader.GetString(), lines.At((int)reader.TokenStartIndex));
                    continue;
                }
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    open.Pop();
                    continue;
                }
                var path = "";
                if (open.TryPop(out var parent))
                {
                    path = $"{parent.Path}/{name ?? $"{parent.Index}"}";
                    open.Push((parent.Path, parent.Index + 1));
                }
                // An object or an array is pointed at by its name and its first bracket: all of it would be the whole text.
                var (line, column) = nameAt ?? lines.At((int)reader.TokenStartIndex);
                var (endLine, endColumn) = lines.At((int)reader.BytesConsumed);
                places._places.TryAdd(path, new(line, column, endLine, endColumn));
                (name, nameAt) = (null, null);
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    open.Push((path, 0));
            }
        }
        catch (JsonException)
        {
            // The editor tells of that itself.
        }
        return places;
    }

    /// <summary>Where a problem is: the member that its path names, or the nearest one around it that is there.</summary>
    /// <param name="path">Such as <c>/healthChecks/0/path</c>, <c>/constraints(0)</c>, <c>schedule.expression</c> or <c>triggers[1].event</c>.</param>
    public TextPlace Find(string path)
    {
        var parts = PartsOf(path);
        for (var count = parts.Length; count >= 0; count--)
        {
            if (_places.TryGetValue(string.Concat(parts.Take(count).Select(part => "/" + part)), out var place))
                return place;
        }
        return new(1, 1, 1, 2);
    }

    /// <summary>The names and numbers that a path is made of.</summary>
    public static string[] PartsOf(string path) => path.Split(['/', '.', '[', ']', '(', ')'], StringSplitOptions.RemoveEmptyEntries);

    // Asked for offsets that grow.
    private sealed class LineCount(byte[] bytes)
    {
        private int _offset;
        private int _line = 1;
        private int _start;

        public (int Line, int Column) At(int offset)
        {
            for (; _offset < offset; _offset++)
            {
                if (bytes[_offset] == '\n')
                    (_line, _start) = (_line + 1, _offset + 1);
            }
            return (_line, Encoding.UTF8.GetCharCount(bytes, _start, offset - _start) + 1);
        }
    }
}
