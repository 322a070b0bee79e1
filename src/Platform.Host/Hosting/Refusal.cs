using System.Text.Json.Serialization;

namespace Platform.Host.Hosting;

/// <summary>An error in the shape of the rest of the API.</summary>
internal sealed record Refusal(string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class HostJson : JsonSerializerContext;
