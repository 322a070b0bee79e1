using System.Text.Json;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Events;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>What an event says has to be looked at.</summary>
internal sealed record ClusterChange
{
    private static readonly Dictionary<string, TaskState> States = Enum.GetValues<TaskState>().ToDictionary(state => state.ToWireName(), StringComparer.Ordinal);

    /// <summary>Agents came or went.</summary>
    public bool IsOfAll { get; private init; }

    public string? FrameworkId { get; private init; }

    public string? AppId { get; private init; }

    /// <summary>What became of a task of the app.</summary>
    public Wire.TaskStatus? Status { get; private init; }

    /// <summary>What is in an event; null: nothing for Mesos' operators.</summary>
    public static ClusterChange? Of(PlatformEvent happened)
    {
        if (happened.Type.StartsWith("agent_", StringComparison.Ordinal))
            return new() { IsOfAll = true };
        if (happened.Type is not ("framework_changed_event" or "status_update_event" or "instance_changed_event" or "app_terminated_event"))
            return null;
        using var document = JsonDocument.Parse(happened.Json);
        var json = document.RootElement;
        return happened.Type switch
        {
            "framework_changed_event" => new() { FrameworkId = Text(json, "frameworkId") },
            "status_update_event" => new() { AppId = Text(json, "appId"), Status = StatusOf(json, happened.Timestamp) },
            _ => new() { AppId = Text(json, "runSpecId") ?? Text(json, "appId") },
        };
    }

    private static Wire.TaskStatus? StatusOf(JsonElement json, DateTimeOffset timestamp)
    {
        if (Text(json, "taskId") is not { } taskId || Text(json, "taskStatus") is not { } name || !States.TryGetValue(name, out var state))
            return null;
        return StatusMapping.ToWire(
            new TaskUpdate
            {
                TaskId = taskId,
                Owner = "",
                State = state,
                Timestamp = timestamp,
                Message = Text(json, "message") is { Length: > 0 } message ? message : null,
                IpAddresses = json.TryGetProperty("ipAddresses", out var addresses)
                    ? [.. addresses.EnumerateArray().Select(address => Text(address, "ipAddress")).OfType<string>()] : [],
            },
            Text(json, "slaveId") ?? "", "");
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
