using Microsoft.Extensions.Logging;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Grains.Events;
using Platform.Grains.Ownership;

namespace Platform.Grains.Apps;

/// <summary>Measures the app's load from time to time and lets the number of instances follow it.</summary>
internal sealed class AutoscalingLoop(
    string appId,
    IGrainBase grain,
    AppStore store,
    AppOwner owner,
    AppView view,
    OwnershipEngine<InstanceState, AppTarget> engine,
    LoadMeter load,
    AppOptions options,
    TimeProvider time,
    ILogger logger)
{
    private ValueList<AutoscalingWish> _wishes;
    private IGrainTimer? _timer;

    private AutoscalingSpec? Autoscaling => store.Target?.Spec.Extension is { System: false } extension ? extension.Autoscaling : null;

    private int Wanted => store.State.ScaledTo ?? store.Target?.Spec.Instances ?? 0;

    /// <summary>Begins or ends to measure, as the definition says.</summary>
    public void Arm()
    {
        if (Autoscaling is null)
        {
            _timer?.Dispose();
            (_timer, owner.Measured, _wishes) = (null, null, default);
            return;
        }
        if (_timer is not null)
            return;
        // The present number is the first wish, so that a start of the control plane does not shorten the windows.
        _wishes = [new(time.GetUtcNow(), Wanted)];
        _timer = grain.RegisterGrainTimer(
            ScaleAsync, new GrainTimerCreationOptions(options.AutoscalingInterval, options.AutoscalingInterval) { KeepAlive = true, Interleave = true });
    }

    private async Task ScaleAsync()
    {
        // A deployment changes the number itself, or waits for it; its instances are not what the load will be shared by.
        if (Autoscaling is not { } spec || store.State.Order is not null)
            return;
        var before = Wanted;
        var samples = await load.MeasureAsync(spec.Targets, view.Draw(), before);
        if (Autoscaling != spec || store.State.Order is not null || Wanted != before)
            return;
        var now = time.GetUtcNow();
        var decision = Autoscaler.Decide(spec, before, samples, _wishes, now);
        _wishes = decision.History;
        owner.Measured = new() { Instances = decision.Instances, At = now, Arithmetic = decision.Arithmetic, Before = before };
        store.Shown = null;
        if (decision.Instances == before)
            return;
        store.State.ScaledTo = decision.Instances;
        store.State.Autoscaled = owner.Measured;
        engine.Events.Add(owner.Measured.At, AppEvents.Autoscaled(appId, store.State.Target!.Version, owner.Measured));
        store.Changed();
        logger.Autoscaled(appId, before, decision.Instances, decision.Arithmetic);
        await engine.ActAsync();
    }
}
