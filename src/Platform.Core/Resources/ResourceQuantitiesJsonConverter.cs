using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>Reads and writes quantities as an object of numbers: <c>{"cpus":1.5,"mem":512}</c>.</summary>
public sealed class ResourceQuantitiesJsonConverter : JsonConverter<ResourceQuantities>
{
    /// <inheritdoc />
    public override ResourceQuantities Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var result = ResourceQuantities.Empty;
        foreach (var (name, milli) in ReadNumbers(ref reader))
            result = result.With(name, milli);
        return result;
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ResourceQuantities value, JsonSerializerOptions options) =>
        WriteNumbers(writer, value.Entries());

    internal static List<KeyValuePair<string, long>> ReadNumbers(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Quantities are an object of numbers, such as {\"cpus\": 1.5}");
        var result = new List<KeyValuePair<string, long>>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number || property.Value.GetDouble() is not (>= 0 and < 9e15))
                throw new JsonException($"The quantity '{property.Name}' must be a number that is not negative");
            result.Add(new(property.Name, ScalarValue.From(property.Value.GetDouble()).Milli));
        }
        return result;
    }

    internal static void WriteNumbers(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, long>> entries)
    {
        writer.WriteStartObject();
        foreach (var (name, milli) in entries)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(ScalarValue.Format(milli));
        }
        writer.WriteEndObject();
    }
}
