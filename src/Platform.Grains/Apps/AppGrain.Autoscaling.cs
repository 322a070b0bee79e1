using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Grains.Apps;

/// <summary>Measures the app's load from time to time and lets the number of instances follow it.</summary>
public sealed partial class AppGrain
{
    private LoadMeter _load = null!;
    private ValueList<AutoscalingWish> _wishes;
    private AutoscalingStatus? _measured;
    private IGrainTimer? _meter;

    private AutoscalingSpec? Autoscaling => _target?.Spec.Extension is { System: false } extension ? extension.Autoscaling : null;

    private int Wanted => State.ScaledTo ?? _target?.Spec.Instances ?? 0;

    private void ArmMeter()
    {
        if (Autoscaling is null)
        {
            _meter?.Dispose();
            (_meter, _measured, _wishes) = (null, null, default);
            return;
        }
        if (_meter is not null)
            return;
        // The present number is the first wish, so that a start of the control plane does not shorten the windows.
        _wishes = [new(_time.GetUtcNow(), Wanted)];
        _meter = this.RegisterGrainTimer(
            AutoscaleAsync, new GrainTimerCreationOptions(_options.AutoscalingInterval, _options.AutoscalingInterval) { KeepAlive = true, Interleave = true });
    }

    private async Task AutoscaleAsync()
    {
        // A deployment changes the number itself, or waits for it; its instances are not what the load will be shared by.
        if (Autoscaling is not { } spec || State.Order is not null)
            return;
        var before = Wanted;
        var samples = await _load.MeasureAsync(spec.Targets, Snapshot(), before);
        if (Autoscaling != spec || State.Order is not null || Wanted != before)
            return;
        var now = _time.GetUtcNow();
        var decision = Autoscaler.Decide(spec, before, samples, _wishes, now);
        _wishes = decision.History;
        _measured = new() { Instances = decision.Instances, At = now, Arithmetic = decision.Arithmetic, Before = before };
        Changed(head: false);
        if (decision.Instances == before)
            return;
        State.ScaledTo = decision.Instances;
        State.Autoscaled = _measured;
        _events.Add(AppEvents.Autoscaled(Id, State.Target!.Version, _measured));
        Changed();
        LogAutoscaled(Id, before, decision.Instances, decision.Arithmetic);
        await ActAsync();
    }
}
