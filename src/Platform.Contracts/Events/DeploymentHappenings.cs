using Platform.Core.Deployments;

namespace Platform.Contracts.Events;

/// <summary>Where a step of a deployment is.</summary>
[GenerateSerializer, Alias("Platform.DeploymentStepPhase")]
public enum DeploymentStepPhase
{
    /// <summary>It begins.</summary>
    Begun,

    /// <summary>All of it is done.</summary>
    Done,

    /// <summary>It cannot be done.</summary>
    Failed,
}

/// <summary>A step of a deployment begins or ends.</summary>
/// <param name="Phase">Which of it.</param>
/// <param name="DeploymentId">The deployment.</param>
/// <param name="Version">The version that it leads to.</param>
/// <param name="Plan">All its steps.</param>
/// <param name="Step">This one, from 1.</param>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentStepChanged")]
public sealed record DeploymentStepChanged(
    [property: Id(0)] DeploymentStepPhase Phase,
    [property: Id(1)] string DeploymentId,
    [property: Id(2)] string Version,
    [property: Id(3)] DeploymentPlan Plan,
    [property: Id(4)] int Step) : Happening;

/// <summary>A deployment is over, and its apps are free for the next.</summary>
/// <param name="DeploymentId">The deployment.</param>
/// <param name="Version">The version that it leads to.</param>
/// <param name="Plan">Its steps.</param>
/// <param name="Failure">Why it did not get there; null: it did.</param>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentEnded")]
public sealed record DeploymentEnded(
    [property: Id(0)] string DeploymentId, [property: Id(1)] string Version, [property: Id(2)] DeploymentPlan Plan, [property: Id(3)] string? Failure) : Happening;

/// <summary>A change of a group was accepted or refused.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Version">The version that it has now; of a refused one, when that was.</param>
/// <param name="Refusal">Why it was refused; null: it was accepted.</param>
[GenerateSerializer, Immutable, Alias("Platform.GroupChanged")]
public sealed record GroupChanged([property: Id(0)] string GroupId, [property: Id(1)] string Version, [property: Id(2)] string? Refusal) : Happening;

/// <summary>The gate that every change of apps passes serves.</summary>
/// <param name="IsFirst">Nothing was changed through it ever.</param>
/// <param name="Host">The host that it is on.</param>
[GenerateSerializer, Immutable, Alias("Platform.SchedulerBegun")]
public sealed record SchedulerBegun([property: Id(0)] bool IsFirst, [property: Id(1)] string Host) : Happening;

/// <summary>The gate that every change of apps passes serves no more, until it begins again.</summary>
[GenerateSerializer, Immutable, Alias("Platform.SchedulerEnded")]
public sealed record SchedulerEnded : Happening;
