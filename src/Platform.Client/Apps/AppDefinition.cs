using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Apps;

/// <summary>What to run: Marathon's app definition. What is null is left to the control plane's default.</summary>
public sealed record AppDefinition
{
    /// <summary>The path, such as <c>/shop/web</c>.</summary>
    public required string Id { get; init; }

    /// <summary>A shell line; or else <see cref="Args"/>.</summary>
    public string? Cmd { get; init; }

    /// <summary>An argument vector; or else <see cref="Cmd"/>.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>How many instances. Default 1.</summary>
    public int? Instances { get; init; }

    /// <summary>Cpus of an instance. Default 1.</summary>
    public double? Cpus { get; init; }

    /// <summary>Memory of an instance, MB. Default 128.</summary>
    public double? Mem { get; init; }

    /// <summary>Disk of an instance, MB. Default 0.</summary>
    public double? Disk { get; init; }

    /// <summary>Environment variables.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Constraints, each a field, an operator and perhaps a value.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Constraints { get; init; }

    /// <summary>Everything else of the definition, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
