using System.Text.Json.Serialization;

namespace Platform.Api.Native;

/// <summary>The JSON of the native API: camel case names, enums as text, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentDetail))]
[JsonSerializable(typeof(ExecControl))]
[JsonSerializable(typeof(ExecEvent))]
[JsonSerializable(typeof(ExecRequest))]
[JsonSerializable(typeof(FileListing))]
[JsonSerializable(typeof(NativeError))]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class NativeJson : JsonSerializerContext;

/// <summary>An error.</summary>
internal sealed record NativeError(string Message);
