using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>The action of a deployment that an app carries out.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ActiveOrder")]
public sealed record ActiveOrder
{
    /// <summary>The deployment.</summary>
    [Id(0)] public required string DeploymentId { get; init; }

    /// <summary>What to do.</summary>
    [Id(1)] public DeploymentActionKind Kind { get; init; }

    /// <summary>When the app took it.</summary>
    [Id(2)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>Tasks whose instances go first when the app is scaled.</summary>
    [Id(3)] public ValueList<string> KillFirst { get; init; }

    /// <summary>Free the volumes of <see cref="KillFirst"/> too.</summary>
    [Id(4)] public bool Wipe { get; init; }
}
