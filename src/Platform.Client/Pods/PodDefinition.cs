using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Pods;

/// <summary>The definition of a pod as the control plane shows it.</summary>
public sealed record PodDefinition
{
    /// <summary>The path.</summary>
    public string Id { get; init; } = "";

    /// <summary>The version.</summary>
    public string Version { get; init; } = "";

    /// <summary>How many instances there shall be.</summary>
    public PodScaling Scaling { get; init; } = new(1);

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
