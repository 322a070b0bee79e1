using Platform.Core.Collections;

namespace Platform.Core.Deployments;

/// <summary>A deployment that was superseded or stopped, and that may not know of it yet.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AbandonedDeployment")]
public sealed record AbandonedDeployment
{
    /// <summary>The version that it led to.</summary>
    [Id(0)] public required string Version { get; init; }

    /// <summary>The apps that it acted on.</summary>
    [Id(1)] public ValueList<string> Apps { get; init; }

    /// <summary>Why it goes no further.</summary>
    [Id(2)] public required string Reason { get; init; }
}
