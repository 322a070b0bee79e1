using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Platform.Client.Agents;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Pods;

namespace Platform.Client.Http;

/// <summary>The JSON of requests and answers, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(App))]
[JsonSerializable(typeof(AppDefinition))]
[JsonSerializable(typeof(AppList))]
[JsonSerializable(typeof(AppEnvelope))]
[JsonSerializable(typeof(TaskList))]
[JsonSerializable(typeof(VersionList))]
[JsonSerializable(typeof(ChangeAnswer))]
[JsonSerializable(typeof(List<Deployment>))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentDetail))]
[JsonSerializable(typeof(PodStatus))]
[JsonSerializable(typeof(List<PodStatus>))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ClientJson : JsonSerializerContext;

internal sealed record AppList(IReadOnlyList<App> Apps);

internal sealed record AgentList(IReadOnlyList<Agent> Agents);

internal sealed record AppEnvelope(App App);

internal sealed record TaskList(IReadOnlyList<AppTask> Tasks);

internal sealed record VersionList(IReadOnlyList<string> Versions);

internal sealed record ChangeAnswer(string? DeploymentId, string? Version);
