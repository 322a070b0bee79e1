using System.Text.Json;

namespace Platform.Grains.Orleans;

/// <summary>Stores values in the same JSON as the embedded runtime does.</summary>
internal sealed class StoredJsonSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(StoredJson.Write(input));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, StoredJson.Options);
}
