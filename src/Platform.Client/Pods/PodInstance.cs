using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Pods;

/// <summary>One instance of a pod.</summary>
public sealed record PodInstance
{
    /// <summary>Its id, such as <c>shop_web.instance-UUID</c>.</summary>
    public required string Id { get; init; }

    /// <summary>PENDING, STAGING, STABLE, DEGRADED or TERMINAL.</summary>
    public string Status { get; init; } = "";

    /// <summary>Since when; null: not told.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>What there is to say of its status, or null.</summary>
    public string? Message { get; init; }

    /// <summary>Where its ports are reached.</summary>
    public string AgentHostname { get; init; } = "";

    /// <summary>The agent.</summary>
    public string AgentId { get; init; } = "";

    /// <summary>Its containers.</summary>
    public IReadOnlyList<PodContainer> Containers { get; init; } = [];

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
