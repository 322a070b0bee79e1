using System.Globalization;
using System.Text.Json.Nodes;

namespace Platform.Dashboard.Live;

/// <summary>How a part of a row is written.</summary>
public enum JsonColumnKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Texts with commas between them.</summary>
    Names,

    /// <summary>A text of several lines.</summary>
    Lines,

    /// <summary>True or false.</summary>
    Flag,
}

/// <summary>A part of each row of a definition: a member by its path, or of a row that is a list its place.</summary>
/// <param name="Name">The path, such as <c>file.folder</c>, or the place, such as <c>0</c>.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="Hint">An example.</param>
public sealed record JsonColumn(string Name, string Label, JsonColumnKind Kind = JsonColumnKind.Text, string? Hint = null)
{
    /// <summary>What it may be; empty: anything.</summary>
    public IReadOnlyList<string> Choices { get; init; } = Kind == JsonColumnKind.Flag ? ["true", "false"] : [];

    /// <summary>What stands in a row; empty: nothing.</summary>
    public string Read(JsonNode? row)
    {
        foreach (var part in Name.Split('.'))
            row = row switch { JsonObject members => members[part], JsonArray list when int.Parse(part, CultureInfo.InvariantCulture) is var at => at < list.Count ? list[at] : null, _ => null };
        return row switch
        {
            null => "",
            // Something of many parts is none of the choices.
            JsonObject when Choices.Count > 0 => "",
            JsonArray names => string.Join(", ", names.Select(name => name?.ToString())),
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            _ => row.ToJsonString(),
        };
    }

    /// <summary>Puts what was written into a row. Nothing written takes the member away, and what is empty without it; of a list it takes the last places.</summary>
    public void Write(JsonNode row, string text)
    {
        if (row is JsonArray list)
        {
            var at = int.Parse(Name, CultureInfo.InvariantCulture);
            while (list.Count <= at)
                list.Add((JsonNode)"");
            list[at] = text;
            while (list.Count > 0 && list[^1]?.GetValue<string>() is null or "")
                list.RemoveAt(list.Count - 1);
            return;
        }
        var (parts, members) = (Name.Split('.'), new List<JsonObject> { row.AsObject() });
        foreach (var part in parts[..^1])
        {
            if (members[^1][part] is not JsonObject inner)
            {
                // What is not there needs not to be taken away, nor what stands in its place.
                if (text.Trim().Length == 0)
                    return;
                members[^1][part] = inner = [];
            }
            members.Add(inner);
        }
        if (text.Trim().Length > 0)
        {
            members[^1][parts[^1]] = ValueOf(Kind == JsonColumnKind.Lines ? text : text.Trim());
            return;
        }
        for (var i = members.Count - 1; i >= 0; i--)
        {
            members[i].Remove(parts[i]);
            if (members[i].Count > 0)
                return;
        }
    }

    /// <summary>Whether writing a text into the row would leave it as it is.</summary>
    public bool Means(string text, JsonNode row)
    {
        var written = row.DeepClone();
        Write(written, text);
        return JsonNode.DeepEquals(written, row);
    }

    // What is no number is left as it was written: its problem is told where it stands.
    private JsonNode ValueOf(string text) => Kind switch
    {
        JsonColumnKind.Number when double.TryParse(text, CultureInfo.InvariantCulture, out var number) =>
            number == Math.Floor(number) && Math.Abs(number) < 1e15 ? (JsonNode)(long)number : number,
        JsonColumnKind.Flag when bool.TryParse(text, out var flag) => flag,
        JsonColumnKind.Names => new JsonArray([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => (JsonNode)name)]),
        _ => text,
    };
}
