using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>The instances of an app counted once for a decision.</summary>
internal sealed class InstanceCensus(string configVersion)
{
    /// <summary>Instances that shall run under the target's configuration and are not out of reach for too long.</summary>
    public List<InstanceState> Current { get; } = [];

    /// <summary>The same under any other configuration.</summary>
    public List<InstanceState> Old { get; } = [];

    /// <summary>Resident instances without a task, whose volumes wait for the next one.</summary>
    public List<InstanceState> Parked { get; } = [];

    /// <summary>Instances whose place is to be given up and that are not killed yet.</summary>
    public List<InstanceState> Leaving { get; } = [];

    /// <summary>Instances that hold a place, those on their way out included.</summary>
    public int Holding { get; private set; }

    /// <summary>Instances on their way out, on agents that are in reach.</summary>
    public int Ending { get; private set; }

    /// <summary>Old ones of <see cref="Ending"/>.</summary>
    public int OldEnding { get; private set; }

    /// <summary>Current instances that are healthy and ready.</summary>
    public int CurrentCounted { get; private set; }

    /// <summary>Old instances that are healthy.</summary>
    public int OldHealthy { get; private set; }

    /// <summary>Instances that shall run.</summary>
    public int Active => Current.Count + Old.Count;

    /// <summary>Active instances that are healthy (and, if current, ready).</summary>
    public int Healthy => CurrentCounted + OldHealthy;

    public static InstanceCensus Take(AppRecord record, AppTarget target, DateTimeOffset now, AppDecision decision)
    {
        var census = new InstanceCensus(target.ConfigVersion);
        var strategy = target.Spec.UnreachableStrategy;
        foreach (var instance in record.Instances)
        {
            if (instance.Parked)
            {
                census.Parked.Add(instance);
                continue;
            }
            if (instance.State == TaskState.Unreachable && strategy is not null && instance.Volumes.IsEmpty)
            {
                if (instance.IsExpired(strategy, now))
                {
                    decision.Forget(instance);
                    decision.Because($"{instance.InstanceId} is given up: its agent {instance.AgentId} has been unreachable since {instance.UnreachableSince:O}");
                    continue;
                }
                var since = instance.UnreachableSince ?? now;
                if (instance.IsInactive(strategy, now))
                {
                    decision.LookAgain(since.AddSeconds(strategy.ExpungeAfterSeconds));
                    continue;
                }
                decision.LookAgain(since.AddSeconds(strategy.InactiveAfterSeconds));
            }
            census.Add(instance);
        }
        return census;
    }

    private void Add(InstanceState instance)
    {
        Holding++;
        var current = instance.ConfigVersion == configVersion;
        if (instance.Doomed)
        {
            if (instance.State == TaskState.Unreachable)
                return;
            Ending++;
            if (!current)
                OldEnding++;
            return;
        }
        if (instance.EvictReason is not null)
            Leaving.Add(instance);
        if (current)
        {
            Current.Add(instance);
            if (instance.Counts)
                CurrentCounted++;
        }
        else
        {
            Old.Add(instance);
            if (instance.IsHealthy)
                OldHealthy++;
        }
    }

    /// <summary>It is healthy and, if current, ready: <see cref="Healthy"/> counts it.</summary>
    public bool Serves(InstanceState instance) => instance.ConfigVersion == configVersion ? instance.Counts : instance.IsHealthy;

    /// <summary>Takes a killed instance out of the counts of those that shall run.</summary>
    public void Remove(InstanceState instance)
    {
        Leaving.Remove(instance);
        Ending++;
        if (Current.Remove(instance))
        {
            if (instance.Counts)
                CurrentCounted--;
        }
        else if (Old.Remove(instance))
        {
            OldEnding++;
            if (instance.IsHealthy)
                OldHealthy--;
        }
    }
}
