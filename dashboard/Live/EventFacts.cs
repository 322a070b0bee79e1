using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Api.Events;

namespace Platform.Dashboard.Live;

/// <summary>What an event is about.</summary>
/// <param name="AppId">The app or pod, or null.</param>
/// <param name="AgentId">The agent, or null.</param>
/// <param name="GroupId">The group that changed, or null.</param>
/// <param name="JobId">The job, or null.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="IsTrouble">It tells of something that went wrong.</param>
public sealed record EventFacts(string? AppId, string? AgentId, string? GroupId, string? JobId, string Summary, bool IsTrouble)
{
    // All browsers look at the same events, and at each again and again.
    private static readonly ConditionalWeakTable<StreamedEvent, EventFacts> Known = [];

    /// <summary>Reads them from the event's JSON, once for as long as the event is kept.</summary>
    public static EventFacts Of(StreamedEvent item) => Known.GetValue(item, Read);

    private static EventFacts Read(StreamedEvent item)
    {
        using var document = JsonDocument.Parse(item.Json);
        var json = document.RootElement;
        var app = Text(json, "appId") ?? Text(json, "runSpecId") ?? (json.TryGetProperty("appDefinition", out var definition) ? Text(definition, "id") : null);
        var agent = Text(json, "agentId") ?? Text(json, "slaveId");
        return new(app, agent, Text(json, "groupId"), Text(json, "jobId"), SummaryOf(item.Type, json, app), IsTroubleOf(item.Type, json));
    }

    private static string SummaryOf(string type, JsonElement json, string? app)
    {
        string?[] parts = type switch
        {
            "status_update_event" => [app, Text(json, "taskStatus")?.Replace("TASK_", "", StringComparison.Ordinal).ToLowerInvariant(), On(json), Text(json, "message")],
            "instance_changed_event" => [app, Text(json, "condition")?.ToLowerInvariant(), On(json)],
            "instance_health_changed_event" => [app, Flag(json, "healthy") switch { true => "healthy", false => "unhealthy", _ => "health unknown" }],
            "health_status_changed_event" => [app, Flag(json, "alive") == true ? "passes its health check" : "fails its health check"],
            "failed_health_check_event" or "unhealthy_instance_kill_event" => [app, Text(json, "reason")],
            "autoscaling_event" => [app, Text(json, "arithmetic")],
            "deployment_info" or "deployment_step_success" or "deployment_step_failure" or "deployment_success" or "deployment_failed" => [Plan(json), Text(json, "reason")],
            "group_change_success" or "group_change_failed" => [Text(json, "groupId"), Text(json, "reason")],
            "api_post_event" => [app, Text(json, "clientIp") is { } ip ? "from " + ip : null, Text(json, "uri")],
            _ when Text(json, "jobId") is { } job => [job, Text(json, "runId"), Text(json, "message")],
            _ => [app, Text(json, "name"), Text(json, "reason") ?? Text(json, "message")],
        };
        return string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static bool IsTroubleOf(string type, JsonElement json) => type switch
    {
        "status_update_event" => Text(json, "taskStatus") is "TASK_FAILED" or "TASK_LOST" or "TASK_ERROR" or "TASK_GONE" or "TASK_UNREACHABLE" or "TASK_DROPPED",
        "instance_changed_event" => Text(json, "condition") is "Failed" or "Gone" or "Error" or "Dropped" or "Unreachable",
        "instance_health_changed_event" => Flag(json, "healthy") == false,
        "health_status_changed_event" => Flag(json, "alive") == false,
        _ => type.Contains("fail", StringComparison.Ordinal) || type.Contains("unhealthy", StringComparison.Ordinal) || type.Contains("unreachable", StringComparison.Ordinal),
    };

    private static string? On(JsonElement json) => Text(json, "host") is { Length: > 0 } host ? "on " + host : null;

    private static string? Plan(JsonElement json)
    {
        if (!json.TryGetProperty("plan", out var plan) || !plan.TryGetProperty("steps", out var steps) || steps.ValueKind != JsonValueKind.Array)
            return null;
        var apps = steps.EnumerateArray()
            .SelectMany(step => step.TryGetProperty("actions", out var actions) ? actions.EnumerateArray().ToArray() : [])
            .Select(action => Text(action, "app") ?? Text(action, "pod"))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return apps.Length <= 3 ? string.Join(", ", apps) : $"{string.Join(", ", apps.Take(3))} and {apps.Length - 3} more";
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
}
