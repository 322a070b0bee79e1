using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Core;

/// <summary>Reads and writes bounds as an object of numbers; a name that is not there has no bound.</summary>
public sealed class ResourceLimitsJsonConverter : JsonConverter<ResourceLimits>
{
    /// <inheritdoc />
    public override ResourceLimits Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ResourceLimits.Of(ResourceQuantitiesJsonConverter.ReadNumbers(ref reader));

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ResourceLimits value, JsonSerializerOptions options) =>
        ResourceQuantitiesJsonConverter.WriteNumbers(writer, value.Bounds);
}
