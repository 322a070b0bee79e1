using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <content>Runs that are made by request, from outside and by events.</content>
public sealed partial class JobModel
{
    /// <summary>The variable with what a trigger has brought.</summary>
    public const string PayloadVariable = "PLATFORM_PAYLOAD";

    /// <summary>How long a payload may be, bytes.</summary>
    public const int LongestPayload = 64 * 1024;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Makes a run by request.</summary>
    /// <param name="arguments">Added to the command.</param>
    /// <param name="environment">Over that of the job.</param>
    /// <param name="at">It starts no earlier; null: now.</param>
    /// <param name="now">The instant.</param>
    /// <returns>Its id.</returns>
    public string Start(ValueList<string> arguments, ValueMap<string> environment, DateTimeOffset? at, DateTimeOffset now)
    {
        var runId = NewRunId(at ?? now);
        Begin(
            Draft(runId, RunTrigger.Request, now) with { Arguments = arguments, Environment = environment, Nominal = at, NotBefore = at ?? now },
            ConcurrencyPolicy.Allow);
        return runId;
    }

    /// <summary>Makes a run with what somebody has sent, by the job's concurrency.</summary>
    /// <param name="key">Of the same key there is one run, as long as it is kept; null: each makes one.</param>
    /// <param name="payload">What was sent.</param>
    /// <param name="now">The instant.</param>
    /// <returns>The id of the run, also of one that was there before; null: a run goes on and the job does not allow another one.</returns>
    public string? Dispatch(string? key, string payload, DateTimeOffset now)
    {
        if (key is not null && _runs.Items.Values.FirstOrDefault(run => run.Key == key) is { } known)
            return known.RunId;
        var runId = NewRunId(now);
        return BeginWith(Draft(runId, RunTrigger.Dispatch, now) with { Key = key }, payload) ? runId : null;
    }

    /// <summary>Makes a run because of an event of the platform, once; nothing if the job is paused or disabled, or a run goes on and the job does not allow another one.</summary>
    /// <param name="sequence">The event's place in the log: events come in order, and one that came before counts for nothing.</param>
    /// <param name="json">The event.</param>
    /// <param name="now">The instant.</param>
    public void Happened(long sequence, string json, DateTimeOffset now)
    {
        if (_head.Spec is not { } spec || _head.Removed || sequence <= _head.LastEvent)
            return;
        HeadChanged = true;
        _head.LastEvent = sequence;
        if (spec.Disabled || _head.Paused is not null)
            return;
        var chain = EventMatch.ChainOf(json);
        var free = FreeAt(spec, now);
        if (free <= now)
        {
            Pace(spec, now);
            BeginWith(Draft(NewRunId(now), RunTrigger.Event, now) with { Chain = chain }, json);
            return;
        }
        _head.Skipped++;
        // Told once, or what waits for this event would be told as often.
        if (!_head.IsTooOften)
            _effects.Happenings.Add(new("job_run_skipped_event", null, $"events have made {spec.TriggersPerMinute} runs within a minute, more are left out; triggersPerMinute allows more") { Chain = chain });
        _head.IsTooOften = true;
    }

    // When the next run by a trigger is allowed: so many at once, and each that is used comes back after its part of a minute.
    private DateTimeOffset FreeAt(JobSpec spec, DateTimeOffset now) => Later(_head.Paced, now) + Part(spec) - Minute;

    private void Pace(JobSpec spec, DateTimeOffset now)
    {
        _head.Paced = Later(_head.Paced, now) + Part(spec);
        _head.IsTooOften = false;
    }

    private static TimeSpan Part(JobSpec spec) => Minute / spec.TriggersPerMinute;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private bool BeginWith(RunState draft, string payload)
    {
        var environment = payload.Length == 0 ? default : ValueMap.Create((PayloadVariable, payload));
        Begin(draft with { Environment = environment }, _head.Spec!.Concurrency);
        return _runs.Items.ContainsKey(draft.RunId);
    }
}
