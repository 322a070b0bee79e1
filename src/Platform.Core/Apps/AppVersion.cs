namespace Platform.Core.Apps;

/// <summary>A definition as it stood at one version.</summary>
/// <remarks>
/// A deployment that is reverted puts the old record back as it was, version included: an instance is up to date when its version is at least
/// <see cref="LastConfigChangeAt"/> and at most <see cref="Version"/>, so that instances which the failed deployment has not replaced are kept.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Platform.AppVersion")]
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

    /// <summary>The top-level group enforced its role when this version was made.</summary>
    [Id(4)] public bool EnforceRole { get; init; }
}
