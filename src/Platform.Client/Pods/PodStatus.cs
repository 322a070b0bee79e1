using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Pods;

/// <summary>A pod as the control plane shows it, with what runs of it.</summary>
public sealed record PodStatus
{
    /// <summary>The path.</summary>
    public required string Id { get; init; }

    /// <summary>The definition.</summary>
    public PodDefinition Spec { get; init; } = new();

    /// <summary>DEGRADED, STABLE or TERMINAL.</summary>
    public string Status { get; init; } = "";

    /// <summary>Since when; null: not told.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>What there is to say of its status, or null.</summary>
    public string? Message { get; init; }

    /// <summary>Its instances.</summary>
    public IReadOnlyList<PodInstance> Instances { get; init; } = [];

    /// <summary>How instances ended, newest first.</summary>
    public IReadOnlyList<PodTermination> TerminationHistory { get; init; } = [];

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
