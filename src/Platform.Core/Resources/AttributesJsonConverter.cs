using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>Reads and writes attributes as their text form.</summary>
public sealed class AttributesJsonConverter : JsonConverter<Attributes>
{
    /// <inheritdoc />
    public override Attributes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("Attributes are a text such as rack:a;ssd:true");
        return Attributes.TryParse(reader.GetString()!, out var attributes, out var errors)
            ? attributes
            : throw new JsonException(string.Join("; ", errors));
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, Attributes value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
