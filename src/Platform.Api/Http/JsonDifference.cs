using System.Text.Json;

namespace Platform.Api.Http;

/// <summary>A member that differs between two JSON values.</summary>
/// <param name="Path">Where, such as <c>/container/docker/image</c>.</param>
/// <param name="Before">The value before; null: it was not there.</param>
/// <param name="After">The value after; null: it is not there.</param>
internal sealed record JsonDifference(string Path, JsonElement? Before, JsonElement? After)
{
    /// <summary>Gathers what differs: member by member in objects; arrays and single values as a whole.</summary>
    public static void Collect(string path, JsonElement? before, JsonElement? after, List<JsonDifference> differences)
    {
        if (before is { ValueKind: JsonValueKind.Object } left && after is { ValueKind: JsonValueKind.Object } right)
        {
            foreach (var member in left.EnumerateObject())
                Collect($"{path}/{member.Name}", member.Value, Find(right, member.Name), differences);
            foreach (var member in right.EnumerateObject())
            {
                if (Find(left, member.Name) is null)
                    Collect($"{path}/{member.Name}", null, member.Value, differences);
            }
            return;
        }
        if (before is null != after is null || before is { } b && after is { } a && !JsonElement.DeepEquals(b, a))
            differences.Add(new(path.Length == 0 ? "/" : path, before, after));
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("path", Path);
        WriteValue(writer, "before", Before);
        WriteValue(writer, "after", After);
        writer.WriteEndObject();
    }

    private static JsonElement? Find(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : null;

    private static void WriteValue(Utf8JsonWriter writer, string name, JsonElement? value)
    {
        writer.WritePropertyName(name);
        if (value is { } present)
            present.WriteTo(writer);
        else
            writer.WriteNullValue();
    }
}
