using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>The query parameter <c>fields</c>: only these members of each item, such as <c>fields=id,instances,container.docker.image</c>.</summary>
internal sealed class FieldSelection
{
    private readonly Dictionary<string, FieldSelection?> _fields = new(StringComparer.Ordinal);

    /// <summary>Null: everything.</summary>
    public static FieldSelection? From(IQueryCollection query)
    {
        var names = query.Set("fields");
        if (names.Count == 0)
            return null;
        var selection = new FieldSelection();
        foreach (var name in names)
            selection.Add(name.Split('.'));
        return selection;
    }

    /// <summary>Writes what is selected of an item.</summary>
    public void Write(Utf8JsonWriter writer, JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var inner in item.EnumerateArray())
                Write(writer, inner);
            writer.WriteEndArray();
            return;
        }
        if (item.ValueKind != JsonValueKind.Object)
        {
            item.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        foreach (var member in item.EnumerateObject())
        {
            if (!_fields.TryGetValue(member.Name, out var inner))
                continue;
            writer.WritePropertyName(member.Name);
            if (inner is null)
                member.Value.WriteTo(writer);
            else
                inner.Write(writer, member.Value);
        }
        writer.WriteEndObject();
    }

    private void Add(ReadOnlySpan<string> path)
    {
        if (path.Length == 1)
        {
            _fields[path[0]] = null;
            return;
        }
        if (_fields.TryGetValue(path[0], out var inner) && inner is null)
            return;
        inner ??= new();
        _fields[path[0]] = inner;
        inner.Add(path[1..]);
    }
}
