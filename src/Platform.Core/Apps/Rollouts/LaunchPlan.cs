using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>Collects what shall wait for a place, within the app's capacity and its launch delays.</summary>
internal sealed class LaunchPlan
{
    private readonly AppRecord _record;
    private readonly AppTarget _target;
    private readonly InstanceCensus _census;
    private readonly DateTimeOffset _now;
    private readonly AppDecision _decision;
    private int _forTarget;
    private int _forPrevious;

    public LaunchPlan(AppRecord record, AppTarget target, InstanceCensus census, DateTimeOffset now, AppDecision decision)
    {
        (_record, _target, _census, _now, _decision) = (record, target, census, now, decision);
        IsSystem = target.Spec.Extension?.System == true;
        var runOnce = target.Spec.Extension?.RunOnce == true;
        Wanted = IsSystem ? census.Active : record.IsHeld ? 0 : Math.Max(0, (record.ScaledTo ?? target.Spec.Instances) - (runOnce ? record.Completed : 0));
        IsBound = IsSystem || target.IsResident || target.IsSingleInstance;
        Upgrade = IsBound ? target.Spec.UpgradeStrategy with { MaximumOverCapacity = 0 } : target.Spec.UpgradeStrategy;
    }

    /// <summary>How many instances shall run; for a system app as many as there are.</summary>
    public int Wanted { get; }

    /// <summary>One instance on every matching agent.</summary>
    public bool IsSystem { get; }

    /// <summary>Instances cannot exist twice at a time.</summary>
    public bool IsBound { get; }

    /// <summary>The shares that may be missing or extra; nothing extra for instances that cannot be doubled.</summary>
    public UpgradeStrategy Upgrade { get; }

    /// <summary>Launches of the target that will wait after this decision.</summary>
    public int Waiting => IsSystem ? 0 : _forTarget + _forPrevious;

    /// <summary>Asks for instances of the target as long as there is capacity.</summary>
    public void ForTarget(int missing, int capacity)
    {
        if (IsSystem)
        {
            _forTarget = _record.IsHeld ? 0 : 1;
            return;
        }
        _forTarget = Allowed(_target, missing, capacity - _census.Holding - _forPrevious, _record.WaitingForTarget);
    }

    /// <summary>Asks for instances of the previous definition as long as there is capacity.</summary>
    public void ForPrevious(int missing, int capacity)
    {
        if (_record.Previous is { } previous && !IsSystem)
            _forPrevious = Allowed(previous, missing, capacity - _census.Holding - _forTarget, _record.WaitingForPrevious);
    }

    /// <summary>Writes into the decision what differs from what waits already.</summary>
    public void Conclude()
    {
        _decision.ForTarget = Changed(_target, _forTarget, _record.WaitingForTarget);
        if (_record.Previous is { } previous)
            _decision.ForPrevious = Changed(previous, _forPrevious, _record.WaitingForPrevious);
    }

    // A launch that waits already is not taken back because of a delay that began later.
    private int Allowed(AppTarget target, int missing, int room, LaunchWish? waiting)
    {
        var count = Math.Max(0, Math.Min(missing, room));
        if (count == 0)
            return 0;
        if (_record.Delays.Find(target.ConfigVersion) is not { } delay || delay.Forgotten(target.Spec, _now))
            return count;
        if (delay.Until <= _now)
            return count;
        var already = waiting is not null && waiting.Version == target.Version ? waiting.Count + waiting.Parked.Count : 0;
        if (already >= count)
            return count;
        _decision.Delayed += count - already;
        _decision.DelayedUntil = delay.Until;
        _decision.LookAgain(delay.Until);
        return already;
    }

    private LaunchWish? Changed(AppTarget target, int count, LaunchWish? waiting)
    {
        // Parked instances run again before new ones are made: their volumes are there.
        var parked = new List<string>();
        if (target.IsResident)
        {
            foreach (var instance in _census.Parked.OrderBy(instance => instance.Doomed).ThenBy(instance => instance.StagedAt))
            {
                if (parked.Count == count)
                    break;
                parked.Add(instance.InstanceId);
            }
        }
        var wish = new LaunchWish(target.Version, count - parked.Count, parked.ToValueList());
        if (waiting is null ? wish.IsEmpty : wish == waiting)
            return null;
        var text = IsSystem ? "one on every matching agent" : $"{count}";
        _decision.Because($"launches of version {target.Version} that wait: {text} (before: {(waiting?.Version == target.Version ? waiting.Count + waiting.Parked.Count : 0)})");
        return wish;
    }
}
