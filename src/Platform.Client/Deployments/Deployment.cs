using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Deployments;

/// <summary>A running deployment.</summary>
public sealed record Deployment
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The version that it leads to.</summary>
    public string Version { get; init; } = "";

    /// <summary>The apps that it changes.</summary>
    public IReadOnlyList<string> AffectedApps { get; init; } = [];

    /// <summary>The pods that it changes.</summary>
    public IReadOnlyList<string> AffectedPods { get; init; } = [];

    /// <summary>The step that runs now, from 1.</summary>
    public int CurrentStep { get; init; }

    /// <summary>How many steps it has.</summary>
    public int TotalSteps { get; init; }

    /// <summary>What is done in the current step.</summary>
    public IReadOnlyList<DeploymentAction> CurrentActions { get; init; } = [];

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
