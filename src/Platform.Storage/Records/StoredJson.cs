using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Storage.Records;

/// <summary>The stored form of values: JSON with camelCase names, enums by name, and no nulls.</summary>
public static class StoredJson
{
    /// <summary>How values are written and read.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The bytes to store.</summary>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>The value that was stored.</summary>
    /// <exception cref="JsonException">The bytes are not what <see cref="Write"/> gave for this type.</exception>
    public static T Read<T>(ReadOnlySpan<byte> stored) => JsonSerializer.Deserialize<T>(stored, Options)!;
}
