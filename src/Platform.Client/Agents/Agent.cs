using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Agents;

/// <summary>An agent as the control plane shows it.</summary>
public sealed record Agent
{
    /// <summary>The id that it made at its first start.</summary>
    public required string Id { get; init; }

    /// <summary>Its name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name or address under which its tasks' ports are reached.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>How it is, such as <c>Active</c> or <c>Unreachable</c>.</summary>
    public string Condition { get; init; } = "";

    /// <summary>How many tasks it has.</summary>
    public int Tasks { get; init; }

    /// <summary>What it offers, in Mesos' text form.</summary>
    public string Resources { get; init; } = "";

    /// <summary>What its tasks hold, in Mesos' text form.</summary>
    public string Used { get; init; } = "";

    /// <summary>Attributes, in Mesos' text form.</summary>
    public string Attributes { get; init; } = "";

    /// <summary>Whether limits are enforced, and if not why not.</summary>
    public string? Isolation { get; init; }

    /// <summary>When it registered for the first time.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it became unreachable; null if it is not.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
