using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Contracts.Apps;

/// <summary>One action of a deployment for one app.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppOrder")]
public sealed record AppOrder
{
    /// <summary>The deployment.</summary>
    [Id(0)] public required string DeploymentId { get; init; }

    /// <summary>What to do.</summary>
    [Id(1)] public DeploymentActionKind Kind { get; init; }

    /// <summary>The definition to reach, with its version; null for a stop.</summary>
    [Id(2)] public AppVersion? Target { get; init; }

    /// <summary>When scaling down, kill these first.</summary>
    [Id(3)] public ValueList<string> KillFirst { get; init; }

    /// <summary>Also destroy the persistent volumes of <see cref="KillFirst"/>.</summary>
    [Id(4)] public bool Wipe { get; init; }

    /// <summary>Where it stands among the app's orders; null: before all that have a term.</summary>
    [Id(5)] public OrderTerm? Term { get; init; }

    /// <summary>What the app said to this order, if it is one that makes the app; null: it was not asked yet. See <see cref="AppOrderReply.Vacancy"/>.</summary>
    [Id(6)] public Guid? Vacancy { get; init; }
}
