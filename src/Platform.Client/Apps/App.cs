using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Apps;

/// <summary>An app as the control plane shows it.</summary>
public sealed record App
{
    /// <summary>The path.</summary>
    public required string Id { get; init; }

    /// <summary>The shell line, if it has one.</summary>
    public string? Cmd { get; init; }

    /// <summary>The argument vector, if it has one.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>How many instances shall run.</summary>
    public int Instances { get; init; }

    /// <summary>Cpus of an instance.</summary>
    public double Cpus { get; init; }

    /// <summary>Memory of an instance, MB.</summary>
    public double Mem { get; init; }

    /// <summary>The version of the definition.</summary>
    public string Version { get; init; } = "";

    /// <summary>Instances that are not running yet.</summary>
    public int TasksStaged { get; init; }

    /// <summary>Instances that run.</summary>
    public int TasksRunning { get; init; }

    /// <summary>Instances that pass their health checks.</summary>
    public int TasksHealthy { get; init; }

    /// <summary>Instances that fail their health checks.</summary>
    public int TasksUnhealthy { get; init; }

    /// <summary>The running deployments that it is part of.</summary>
    public IReadOnlyList<DeploymentReference> Deployments { get; init; } = [];

    /// <summary>Its instances; null where the answer does not have them.</summary>
    public IReadOnlyList<AppTask>? Tasks { get; init; }

    /// <summary>How its last instance that failed ended; null: none did, or the answer does not have it.</summary>
    public AppTaskFailure? LastTaskFailure { get; init; }

    /// <summary>Nothing of it is under way, and all its instances run, and pass their checks if it has any.</summary>
    [JsonIgnore]
    public bool IsHealthy => Deployments.Count == 0 && TasksRunning >= Instances && TasksUnhealthy == 0 && (!HasChecks || TasksHealthy >= Instances);

    private bool HasChecks => More?.TryGetValue("healthChecks", out var checks) == true && checks.ValueKind == JsonValueKind.Array && checks.GetArrayLength() > 0;

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
