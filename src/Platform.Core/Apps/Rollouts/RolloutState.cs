using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>How far the current order of an app has come.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RolloutState")]
public sealed record RolloutState
{
    /// <summary>The canary step that is being reached or watched, from 0; equal to the number of steps once all are promoted.</summary>
    [Id(0)] public int CanaryStep { get; init; }

    /// <summary>Since when all instances of the step have been healthy and ready; null: they are not.</summary>
    [Id(1)] public DateTimeOffset? StepHealthySince { get; init; }

    /// <summary>A person has promoted the step.</summary>
    [Id(2)] public bool PromoteRequested { get; init; }

    /// <summary>No canary steps: the order goes back to what ran before.</summary>
    [Id(3)] public bool SkipCanary { get; init; }

    /// <summary>The order was given up or is paused. Nothing is killed or replaced by the new version; the number of instances is kept.</summary>
    [Id(4)] public bool Halted { get; init; }

    /// <summary>New instances that failed since the order began.</summary>
    [Id(5)] public int Failures { get; init; }

    /// <summary>The furthest point reached: new instances that count, less old ones that are still there.</summary>
    [Id(6)] public int Progress { get; init; } = int.MinValue;

    /// <summary>When that point was reached.</summary>
    [Id(7)] public DateTimeOffset ProgressAt { get; init; }

    /// <summary>The gang of the order found no room within its time limit.</summary>
    [Id(8)] public bool GangExpired { get; init; }

    /// <summary>The app is known and launches nothing before the order that scales it: its deployment brings up first what it depends on.</summary>
    [Id(9)] public bool Held { get; init; }

    /// <summary>The state after an order that succeeded.</summary>
    /// <param name="kind">What was ordered.</param>
    public static RolloutState After(DeploymentActionKind kind) => new() { Held = kind == DeploymentActionKind.Start };

    /// <summary>The state at the beginning of an order.</summary>
    /// <remarks>
    /// An order for the configuration that stands breaks into its rollout, to change the number of instances or to go on: steps that were promoted
    /// stay promoted, and the way back stays without steps.
    /// </remarks>
    /// <param name="before">The state before.</param>
    /// <param name="standing">The configuration that stands; null: none.</param>
    /// <param name="previous">The configuration before that, if its rollout has not succeeded; null: it has.</param>
    /// <param name="next">The configuration to reach.</param>
    /// <param name="now">The instant.</param>
    public static RolloutState Begin(RolloutState before, string? standing, string? previous, string? next, DateTimeOffset now) => new()
    {
        ProgressAt = now,
        CanaryStep = next == standing ? before.CanaryStep : 0,
        SkipCanary = next == standing ? before.SkipCanary : next is not null && next == previous,
    };
}
