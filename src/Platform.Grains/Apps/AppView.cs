using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Grains.Ownership;

namespace Platform.Grains.Apps;

/// <summary>One app as readers see it. The same picture is given until something changes.</summary>
internal sealed class AppView(AppStore store, AppOwner owner, OwnershipEngine<InstanceState, AppTarget> engine, IGrainFactory grains, AppOptions options, TimeProvider time)
{
    private static readonly TimeSpan ExplanationAge = TimeSpan.FromMilliseconds(500);
    private (PendingExplanation? Explanation, DateTimeOffset At) _explained;
    private (AppStatus? Of, AppStatus? First, InstanceStatus[] All) _pages = (null, null, []);

    private IReadOnlyList<WaitingDemand<AppTarget>> Waiting => engine.Demands.All;

    /// <summary>The app with the first of its instances; null if there is none.</summary>
    public async Task<AppStatus?> ShowAsync()
    {
        if (Waiting.Count > 0 && time.GetUtcNow() - _explained.At > ExplanationAge)
        {
            _explained.At = time.GetUtcNow();
            var explanation = await grains.GetGrain<IAllocatorGrain>(0).ExplainAsync(Waiting[0].DemandId);
            if (explanation is not null && explanation != _explained.Explanation)
            {
                _explained.Explanation = explanation;
                store.Shown = null;
            }
        }
        if (store.Target is null)
            return null;
        var whole = store.Shown ??= Draw();
        if (whole.Instances.Count <= options.InstancesPerPage)
            return whole;
        Turn(whole);
        if (_pages.First is null)
        {
            var page = PageFrom(0);
            _pages.First = whole with { Instances = page.Instances, More = page.More };
        }
        return _pages.First;
    }

    /// <summary>The instances after those up to this id.</summary>
    public InstancePage Show(string more)
    {
        if (store.Target is null)
            return new(default, null);
        Turn(store.Shown ??= Draw());
        var at = Array.FindIndex(_pages.All, instance => string.CompareOrdinal(instance.InstanceId, more) > 0);
        return at < 0 ? new(default, null) : PageFrom(at);
    }

    private void Turn(AppStatus whole)
    {
        if (!ReferenceEquals(_pages.Of, whole))
            _pages = (whole, null, [.. whole.Instances.OrderBy(instance => instance.InstanceId, StringComparer.Ordinal)]);
    }

    private InstancePage PageFrom(int at)
    {
        var instances = _pages.All.Skip(at).Take(options.InstancesPerPage).ToValueList();
        return new(instances, at + instances.Count < _pages.All.Length ? instances[^1].InstanceId : null);
    }

    /// <summary>The app as it is at this moment. There must be one.</summary>
    public AppStatus Draw() => new()
    {
        Target = store.State.Target!,
        Instances = AppReading.InOrder(engine.Tasks.All.Where(instance => !instance.State.Parked).Select(instance => instance.Show(InstanceView.Of))),
        Deployments = store.State.Order is { } order && !store.State.Rollout.Halted ? [order.DeploymentId] : default,
        Failures = store.Failures.OrderByDescending(failure => failure.Status.Timestamp).ToValueList(),
        Queue = Queue(),
        Autoscaled = store.State.Autoscaled,
        Measured = owner.Measured,
        Canary = Canary(),
    };

    private CanaryStatus? Canary()
    {
        var rollout = store.State.Rollout;
        if (store.State.Order is null || rollout.Halted || rollout.SkipCanary || store.Target!.Spec.Extension?.Canary is not { } canary || rollout.CanaryStep >= canary.StepCount)
            return null;
        var due = canary.PromoteAfterSeconds is { } seconds ? rollout.StepHealthySince?.AddSeconds(seconds) : null;
        return new(rollout.CanaryStep + 1, canary.StepCount, rollout.StepHealthySince, due);
    }

    private AppQueue? Queue()
    {
        var waiting = engine.Demands.Tasks + owner.Delayed.Count;
        if (waiting == 0)
            return null;
        return new()
        {
            Count = waiting,
            Since = Waiting.Count > 0 ? Waiting[0].Since : time.GetUtcNow(),
            DelayedUntil = owner.Delayed.Until,
            Explanation = Waiting.Count > 0 ? _explained.Explanation : null,
            Placed = owner.Placed.Count,
            LastPlacedAt = owner.Placed.At ?? engine.Tasks.States.Select(instance => (DateTimeOffset?)instance.StagedAt).Max(),
        };
    }
}
