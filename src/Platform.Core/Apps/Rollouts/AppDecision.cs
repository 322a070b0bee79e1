namespace Platform.Core.Apps;

/// <summary>What shall happen with an app now: one member for each kind of outcome. A settled app yields none.</summary>
public sealed class AppDecision
{
    private List<InstanceKill>? _kills;
    private List<InstanceState>? _forgets;
    private List<string>? _reasons;

    /// <summary>Instances to kill.</summary>
    public IReadOnlyList<InstanceKill> Kills => _kills ?? [];

    /// <summary>Instances that are given up: their record goes, and their task is killed should it come back.</summary>
    public IReadOnlyList<InstanceState> Forgets => _forgets ?? [];

    /// <summary>What shall wait for a place of the target; null: as it is.</summary>
    public LaunchWish? ForTarget { get; internal set; }

    /// <summary>What shall wait for a place of the previous definition; null: as it is.</summary>
    public LaunchWish? ForPrevious { get; internal set; }

    /// <summary>The new state of the rollout; null: as it is.</summary>
    public RolloutState? Rollout { get; internal set; }

    /// <summary>The order has ended; null: it has not.</summary>
    public OrderEnd? Ended { get; internal set; }

    /// <summary>When to decide again even if nothing happens; null: no need.</summary>
    public DateTimeOffset? NextDeadline { get; private set; }

    /// <summary>Launches that are due and wait for the end of the launch delay.</summary>
    public int Delayed { get; internal set; }

    /// <summary>The end of the launch delay; null: there is none.</summary>
    public DateTimeOffset? DelayedUntil { get; internal set; }

    /// <summary>True if there is nothing to do now.</summary>
    public bool IsNothing =>
        _kills is null && _forgets is null && ForTarget is null && ForPrevious is null && Rollout is null && Ended is null;

    /// <summary>The decision in one line for the log.</summary>
    public string Explanation => _reasons is null ? "settled" : string.Join("; ", _reasons);

    internal bool IsKilled(InstanceState instance)
    {
        if (_kills is null)
            return false;
        foreach (var kill in _kills)
        {
            if (ReferenceEquals(kill.Instance, instance))
                return true;
        }
        return false;
    }

    internal void Kill(InstanceState instance, InstanceGoal goal, string reason) => (_kills ??= []).Add(new(instance, goal, reason));

    internal void Forget(InstanceState instance) => (_forgets ??= []).Add(instance);

    internal void Because(string reason) => (_reasons ??= []).Add(reason);

    internal void LookAgain(DateTimeOffset when)
    {
        if (NextDeadline is null || when < NextDeadline)
            NextDeadline = when;
    }
}
