using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>Everything that a decision about an app is made from.</summary>
public sealed record AppRecord
{
    /// <summary>The definition to reach; null: the app shall go.</summary>
    public AppTarget? Target { get; init; }

    /// <summary>The definition before an order that has not succeeded; null: there was none, or the last order succeeded.</summary>
    public AppTarget? Previous { get; init; }

    /// <summary>The order being carried out; null: none, the app is kept as it is.</summary>
    public ActiveOrder? Order { get; init; }

    /// <summary>How far the order is.</summary>
    public RolloutState Rollout { get; init; } = new();

    /// <summary>All instances that are placed or parked.</summary>
    public required IEnumerable<InstanceState> Instances { get; init; }

    /// <summary>Launch delays by version of configuration.</summary>
    public ValueMap<LaunchDelay> Delays { get; init; }

    /// <summary>Launches of the target that wait for a place now.</summary>
    public LaunchWish? WaitingForTarget { get; init; }

    /// <summary>Launches of the previous definition that wait for a place now.</summary>
    public LaunchWish? WaitingForPrevious { get; init; }

    /// <summary>How many of the launches that wait, the allocator has no room for as things are.</summary>
    public int TurnedAway { get; init; }

    /// <summary>Instances of a run-once app that ended for good under this configuration.</summary>
    public int Completed { get; init; }

    /// <summary>The number of instances that autoscaling decided; null: what the definition says.</summary>
    public int? ScaledTo { get; init; }

    /// <summary>Nothing is launched: the app is new, and the order that scales it has not come yet.</summary>
    public bool IsHeld => !Rollout.Halted && (Order is null ? Rollout.Held : Order.Kind == DeploymentActionKind.Start);
}
