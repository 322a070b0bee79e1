using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Grains.Apps;

/// <summary>What one app has stored, and what is staged to be stored next.</summary>
internal sealed class AppStore(
    IPersistentState<AppState> head,
    IPersistentItems<InstanceState> instances,
    IPersistentItems<AppVersion> versions,
    IPersistentItems<TaskFailure> failures,
    AppOptions options)
{
    private bool _headChanged;

    /// <summary>The head. Whoever changes it calls <see cref="Changed"/>.</summary>
    public AppState State => head.State;

    /// <summary>The definition that is being reached or stands; null: there is no such app.</summary>
    public AppTarget? Target { get; private set; } = TargetOf(head.State.Target);

    /// <summary>The definition before an order that has not succeeded.</summary>
    public AppTarget? Previous { get; private set; } = TargetOf(head.State.Previous);

    /// <summary>The definitions that are kept, by version.</summary>
    public IReadOnlyDictionary<string, AppVersion> Versions => versions.Items;

    /// <summary>The ends of instances that are kept.</summary>
    public IEnumerable<TaskFailure> Failures => failures.Items.Values;

    /// <summary>Counts of the instances.</summary>
    public InstanceTally Tally { get; } = new();

    /// <summary>The app's end is staged: the next write erases everything.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>The term of this activation; it is stored with the head.</summary>
    public long Term { get; private set; }

    /// <summary>While there is no such app: an order that makes it names this. Another one each time that the app is gone, or somebody has taken back what was ordered.</summary>
    public Guid Vacancy { get; private set; } = Guid.NewGuid();

    /// <summary>What readers were shown since the last change.</summary>
    public AppStatus? Shown { get; set; }

    /// <summary>Stages the term of a new activation: greater than that of each before, by the record, and by the clock after the record was erased.</summary>
    public void RaiseTerm(DateTimeOffset now)
    {
        Term = Math.Max(State.OwnerTerm + 1, now.ToUnixTimeMilliseconds());
        Changed();
    }

    /// <summary>The instances as they were stored.</summary>
    public IEnumerable<InstanceState> LoadInstances()
    {
        foreach (var instance in instances.Items.Values)
            Tally.Change(null, instance);
        return instances.Items.Values;
    }

    /// <summary>Stages a change of an instance.</summary>
    public void InstanceChanged(InstanceState? before, InstanceState? after)
    {
        Shown = null;
        Tally.Change(before, after);
        if (after is not null)
            instances.Set(after.InstanceId, after);
        else
            instances.Remove(before!.InstanceId);
    }

    /// <summary>The head has changed.</summary>
    public void Changed()
    {
        _headChanged = true;
        Shown = null;
    }

    /// <summary>Stages another definition to reach.</summary>
    public void SetTarget(AppVersion target)
    {
        State.Target = target;
        versions.Set(target.Version, target);
        foreach (var version in versions.Items.Keys.Order(StringComparer.Ordinal).Take(Math.Max(0, versions.Items.Count - options.KeptVersions)).ToList())
            versions.Remove(version);
        ReadTargets();
    }

    /// <summary>Stages that the definition before is gone: the order has succeeded.</summary>
    public void ForgetPrevious()
    {
        State.Previous = null;
        ReadTargets();
    }

    /// <summary>Stages the end of an instance for the history.</summary>
    public void Remember(TaskFailure failure) => failures.Set((State.Ends++ % options.KeptFailures).ToString("D4"), failure);

    /// <summary>Stages the end of the app.</summary>
    public void Remove() => IsRemoved = true;

    /// <summary>The definition that an instance was made from; null if it is kept no longer.</summary>
    public AppSpec? SpecOf(InstanceState instance) =>
        TargetWith(instance.ConfigVersion)?.Spec ?? versions.Items.GetValueOrDefault(instance.Version)?.Spec;

    /// <summary>The definition with this configuration that instances are made from now; null if none are.</summary>
    public AppTarget? TargetWith(string configVersion) =>
        configVersion == Target?.ConfigVersion ? Target : configVersion == Previous?.ConfigVersion ? Previous : null;

    /// <summary>Stores everything that is staged.</summary>
    public Task WriteAsync()
    {
        var items = instances.WriteAsync();
        var kept = versions.WriteAsync();
        var ends = failures.WriteAsync();
        // Nothing is kept of a path that there is no app at.
        if (!_headChanged || (State.Target is null && instances.Items.Count == 0 && !head.RecordExists))
            return kept.IsCompletedSuccessfully && ends.IsCompletedSuccessfully ? items : Task.WhenAll(items, kept, ends);
        _headChanged = false;
        State.OwnerTerm = Term;
        return Task.WhenAll(items, kept, ends, head.WriteStateAsync());
    }

    /// <summary>Erases everything.</summary>
    public async Task EraseAsync()
    {
        await Task.WhenAll(head.ClearStateAsync(), instances.ClearAsync(), versions.ClearAsync(), failures.ClearAsync());
        IsRemoved = false;
        _headChanged = false;
        Shown = null;
        Vacate();
        ReadTargets();
    }

    /// <summary>Orders from before do not make the app any more.</summary>
    public void Vacate() => Vacancy = Guid.NewGuid();

    /// <summary>A definition as instances are made from it.</summary>
    public static AppTarget? TargetOf(AppVersion? version) =>
        version is null ? null : new(version.Spec, version.Version, version.LastConfigChangeAt) { EnforceRole = version.EnforceRole };

    private void ReadTargets() => (Target, Previous) = (TargetOf(State.Target), TargetOf(State.Previous));
}
