using System.Text.Json;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Rendering;

/// <summary>What every renderer needs.</summary>
internal static class JsonWriterExtensions
{
    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }

    public static void WriteTexts(this Utf8JsonWriter writer, string name, ValueList<string> texts, bool omitEmpty = false)
    {
        if (omitEmpty && texts.IsEmpty)
            return;
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    public static void WriteMap(this Utf8JsonWriter writer, string name, ValueMap<string> map, bool omitEmpty = false)
    {
        if (omitEmpty && map.IsEmpty)
            return;
        writer.WriteStartObject(name);
        foreach (var (key, value) in map)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    public static void WriteNumbers(this Utf8JsonWriter writer, string name, ValueList<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
