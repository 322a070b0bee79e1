using Platform.Contracts.Apps;
using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Grains.Apps;

/// <summary>What readers see.</summary>
public sealed partial class AppGrain
{
    private static readonly TimeSpan ExplanationAge = TimeSpan.FromMilliseconds(500);
    private (PendingExplanation? Explanation, DateTimeOffset At) _explained;

    /// <inheritdoc/>
    public async Task<AppStatus?> GetStatusAsync()
    {
        if (State.Target is null)
        {
            // A path that is only asked for does not stay in memory.
            if (_instances.Count == 0 && _ordering == 0)
                DeactivateOnIdle();
            return null;
        }
        if (_demands.Pending.Count > 0 && _time.GetUtcNow() - _explained.At > ExplanationAge)
        {
            _explained.At = _time.GetUtcNow();
            var explanation = await Allocator.ExplainAsync(_demands.Pending[0].DemandId);
            if (explanation is not null && explanation != _explained.Explanation)
            {
                _explained.Explanation = explanation;
                _status = null;
            }
        }
        return State.Target is null ? null : _status ??= Snapshot();
    }

    private AppStatus Snapshot() => new()
    {
        Target = State.Target!,
        Instances = _instances.All.Where(instance => !instance.State.Parked).Select(instance => instance.Status)
            .OrderBy(status => status.StagedAt).ThenBy(status => status.InstanceId, StringComparer.Ordinal).ToValueList(),
        Deployments = State.Order is { } order && !State.Rollout.Halted ? [order.DeploymentId] : default,
        Failures = _failures.Items.Values.OrderByDescending(failure => failure.Status.Timestamp).ToValueList(),
        Queue = Queue(),
        Autoscaled = State.Autoscaled,
        Measured = _measured,
        Canary = Canary(),
    };

    private CanaryStatus? Canary()
    {
        var rollout = State.Rollout;
        if (State.Order is null || rollout.Halted || rollout.SkipCanary || State.Target!.Spec.Extension?.Canary is not { } canary || rollout.CanaryStep >= canary.StepCount)
            return null;
        var due = canary.PromoteAfterSeconds is { } seconds ? rollout.StepHealthySince?.AddSeconds(seconds) : null;
        return new(rollout.CanaryStep + 1, canary.StepCount, rollout.StepHealthySince, due);
    }

    private AppQueue? Queue()
    {
        var waiting = _demands.Waiting + _delayed.Count;
        if (waiting == 0)
            return null;
        return new()
        {
            Count = waiting,
            Since = _demands.Pending.Count > 0 ? _demands.Pending[0].Since : _time.GetUtcNow(),
            DelayedUntil = _delayed.Until,
            Explanation = _demands.Pending.Count > 0 ? _explained.Explanation : null,
        };
    }
}
