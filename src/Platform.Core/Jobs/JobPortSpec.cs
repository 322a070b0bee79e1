using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>What is said of a port of a job's tasks.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobPortSpec")]
public sealed record JobPortSpec
{
    /// <summary>A port of which nothing is said.</summary>
    public static JobPortSpec Plain { get; } = new();

    /// <summary>The name, or null.</summary>
    [Id(0)] public string? Name { get; init; }

    /// <summary>tcp, udp or "udp,tcp". Default tcp.</summary>
    [Id(1)] public string Protocol { get; init; } = "tcp";

    /// <summary>Labels of the port, such as virtual addresses.</summary>
    [Id(2)] public ValueMap<string> Labels { get; init; }
}
