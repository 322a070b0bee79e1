using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Apps;

/// <summary>One instance of an app.</summary>
public sealed record AppTask
{
    /// <summary>The task's id.</summary>
    public required string Id { get; init; }

    /// <summary>The app.</summary>
    public string AppId { get; init; } = "";

    /// <summary>Its state, such as <c>TASK_RUNNING</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Where its ports are reached.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its ports on the host.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>The agent.</summary>
    public string SlaveId { get; init; } = "";

    /// <summary>When its place was found.</summary>
    public DateTimeOffset? StagedAt { get; init; }

    /// <summary>When it was first seen running; null: not yet.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The version of the definition that it was made from.</summary>
    public string Version { get; init; } = "";

    /// <summary>Results of its health checks.</summary>
    public IReadOnlyList<HealthCheckResult> HealthCheckResults { get; init; } = [];

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
