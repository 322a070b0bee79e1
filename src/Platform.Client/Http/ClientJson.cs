using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Platform.Client.Agents;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Jobs;
using Platform.Client.Pods;
using Platform.Client.Services;

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
[JsonSerializable(typeof(FailureList))]
[JsonSerializable(typeof(ChangeAnswer))]
[JsonSerializable(typeof(List<Deployment>))]
[JsonSerializable(typeof(AgentList))]
[JsonSerializable(typeof(AgentDetail))]
[JsonSerializable(typeof(PodStatus))]
[JsonSerializable(typeof(List<PodStatus>))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(Run))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(RunGraph))]
[JsonSerializable(typeof(Backfill))]
[JsonSerializable(typeof(BackfillList))]
[JsonSerializable(typeof(ServiceList))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(ServiceChange))]
[JsonSerializable(typeof(EndpointMark))]
[JsonSerializable(typeof(ClusterNodes))]
[JsonSerializable(typeof(DnsEntryList))]
[JsonSerializable(typeof(Balancer))]
[JsonSerializable(typeof(Ingress))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ClientJson : JsonSerializerContext;

internal sealed record AppList(IReadOnlyList<App> Apps);

internal sealed record AgentList(IReadOnlyList<Agent> Agents);

internal sealed record ServiceList(IReadOnlyList<ServiceSummary> Services);

internal sealed record DnsEntryList(IReadOnlyList<DnsEntry> Records);

internal sealed record AppEnvelope(App? App);

internal sealed record FailureList(IReadOnlyList<AppTaskFailure> Failures);

internal sealed record TaskList(IReadOnlyList<AppTask> Tasks);

internal sealed record VersionList(IReadOnlyList<string> Versions);

internal sealed record ChangeAnswer(string? DeploymentId, string? Version);

internal sealed record JobList(IReadOnlyList<Job> Jobs, string? After);

internal sealed record RunList(IReadOnlyList<Run> Runs);

internal sealed record BackfillList(IReadOnlyList<Backfill> Backfills);
