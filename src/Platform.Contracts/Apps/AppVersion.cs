using Platform.Core.Apps;

namespace Platform.Contracts.Apps;

/// <summary>A definition as it stood at one version.</summary>
[GenerateSerializer, Immutable]
public sealed record AppVersion
{
    /// <summary>The definition.</summary>
    [Id(0)] public required AppSpec Spec { get; init; }

    /// <summary>The version: an instant such as <c>2026-01-31T12:00:00.000Z</c>, unique and growing.</summary>
    [Id(1)] public required string Version { get; init; }

    /// <summary>The version of the last change of the number of instances.</summary>
    [Id(2)] public required string LastScalingAt { get; init; }

    /// <summary>The version of the last change of anything else; instances made since then need no restart.</summary>
    [Id(3)] public required string LastConfigChangeAt { get; init; }
}
