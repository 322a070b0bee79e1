using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Checks;

/// <summary>Runs all checks of one task until it ends.</summary>
internal sealed class TaskChecks
{
    private readonly CheckSpec[] _specs;
    private readonly CheckTracker[] _trackers;
    private readonly HashSet<int> _ownPorts = [];
    private readonly CheckTarget _target;
    private readonly ICheckProbe _probe;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private bool? _healthy;
    private bool? _ready;

    /// <param name="specs">The checks.</param>
    /// <param name="target">Where to look.</param>
    /// <param name="startedAt">When the task was started.</param>
    /// <param name="known">What was reported before, by an earlier run of the agent: counts go on, and a task that was ready once stays ready.</param>
    /// <param name="probe">Looks.</param>
    /// <param name="time">The clock.</param>
    public TaskChecks(ValueList<CheckSpec> specs, CheckTarget target, DateTimeOffset startedAt, TaskUpdate known, ICheckProbe probe, TimeProvider time)
    {
        _specs = [.. specs];
        _trackers = [.. _specs.Select((spec, index) => new CheckTracker(spec, index, startedAt, known.Checks.FirstOrDefault(check => check.Index == index)))];
        _target = target;
        _probe = probe;
        _time = time;
        _healthy = known.Healthy;
        _ready = known.Ready;
    }

    /// <summary>Raised when a result is news, with health, readiness and all results.</summary>
    public event Action<bool?, bool?, ValueList<CheckResult>>? Changed;

    /// <summary>Raised when a health check has failed too often in a row, with the reason for people.</summary>
    public event Action<string>? Unhealthy;

    /// <summary>Checks until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, _specs.Length).Select(i => RunAsync(i, cancellation)));

    private async Task RunAsync(int index, CancellationToken cancellation)
    {
        var spec = _specs[index];
        if (spec.Purpose == CheckPurpose.Readiness && _ready == true)
            return;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(spec.DelaySeconds), _time, cancellation).ConfigureAwait(false);
            while (true)
            {
                var outcome = await _probe.LookAsync(spec, _target, cancellation).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                if (outcome.Success == true && spec.Kind != CheckKind.Command && StrangerOn(spec.Port) is { } stranger)
                    outcome = new CheckOutcome(false, Message: $"port {spec.Port} is answered by {stranger}, which is not of this task");
                if (Take(index, outcome))
                    return;
                await Task.Delay(TimeSpan.FromSeconds(spec.IntervalSeconds), _time, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The task has ended, or is being killed.
        }
    }

    /// <summary>Asked until the task itself is seen to listen: a success that is another program's does not count.</summary>
    private string? StrangerOn(int port)
    {
        lock (_gate)
        {
            if (_ownPorts.Contains(port))
                return null;
        }
        if (_target.StrangerOn(port) is { } stranger)
            return stranger;
        lock (_gate)
            _ownPorts.Add(port);
        return null;
    }

    /// <summary>True if this check has done its work.</summary>
    private bool Take(int index, CheckOutcome outcome)
    {
        var tracker = _trackers[index];
        var spec = _specs[index];
        lock (_gate)
        {
            if (!tracker.Record(outcome, _time.GetUtcNow()))
                return false;
            if (spec.Purpose == CheckPurpose.Health)
                _healthy = HealthOfAll();
            if (spec.Purpose == CheckPurpose.Readiness)
                _ready = _specs.Zip(_trackers).All(p => p.First.Purpose != CheckPurpose.Readiness || p.Second.Result is { Success: true });
            Changed?.Invoke(_healthy, _ready, _trackers.Select(t => t.Result).OfType<CheckResult>().ToValueList());
        }
        if (tracker.IsFatal)
        {
            Unhealthy?.Invoke($"Health check failed {tracker.ConsecutiveFailures} times in a row: {outcome.Message}");
            return true;
        }
        return spec.Purpose == CheckPurpose.Readiness && outcome.Success == true;
    }

    /// <summary>Unhealthy if one check fails; healthy when all have succeeded; else not known.</summary>
    private bool? HealthOfAll()
    {
        var results = _specs.Zip(_trackers).Where(p => p.First.Purpose == CheckPurpose.Health).Select(p => p.Second.Result).ToList();
        if (results.Any(r => r is { Success: false }))
            return false;
        return results.All(r => r is { Success: true }) ? true : null;
    }
}
