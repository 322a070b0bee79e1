using Platform.Core.Collections;
using Platform.Core.Schedules;

namespace Platform.Core.Jobs;

/// <content>Due times of the past that are run by request.</content>
public sealed partial class JobModel
{
    /// <summary>Most due times of one backfill.</summary>
    public const int MostBackfilled = 100_000;

    /// <summary>Most runs of one backfill that go on at a time.</summary>
    public const int MostBackfillParallelism = 1000;

    // So many that have ended are kept to be shown.
    private const int KeptBackfills = 20;

    /// <summary>Backfills that go on, and the last ones that have ended, oldest first.</summary>
    public ValueList<BackfillState> Backfills => _head.Backfills;

    /// <summary>Begins to run the due times of a window, whatever has run before; every problem, and then nothing has changed.</summary>
    public ValueList<SpecProblem> Backfill(DateTimeOffset from, DateTimeOffset until, int parallelism, DateTimeOffset now)
    {
        var problems = new List<SpecProblem>();
        if (_schedule is null)
            problems.Add(new("", "the job has no schedule, so nothing was due; start runs of it instead"));
        if (from < DateTimeOffset.UnixEpoch)
            problems.Add(new("from", "must not be before 1970"));
        if (until < from)
            problems.Add(new("until", "must not be before from"));
        if (until > now)
            problems.Add(new("until", "must not be in the future: what is due then runs by itself"));
        if (parallelism is < 1 or > MostBackfillParallelism)
            problems.Add(new("parallelism", $"must be 1 to {MostBackfillParallelism}"));
        if (problems.Count == 0 && !_schedule!.After(from.AddTicks(-1), 1).Any(due => due <= until))
            problems.Add(new("from", "nothing was due in this window"));
        if (problems.Count == 0 && _schedule!.After(from.AddTicks(-1), MostBackfilled + 1).TakeWhile(due => due <= until).Count() > MostBackfilled)
            problems.Add(new("until", $"more than {MostBackfilled} due times are in this window; take a shorter one"));
        if (problems.Count > 0)
            return problems.ToValueList();
        HeadChanged = true;
        var ended = _head.Backfills.Where(backfill => backfill.EndedAt is not null).ToList();
        _head.Backfills =
        [
            .. _head.Backfills.Except(ended.Take(ended.Count - KeptBackfills + 1)),
            new() { Number = ++_head.BackfillCount, From = from, Until = until, Parallelism = parallelism, Cursor = from.AddTicks(-1), CreatedAt = now },
        ];
        _effects.Happenings.Add(new("job_backfill_started_event", null) { Backfill = _head.Backfills[^1] });
        return default;
    }

    /// <summary>Makes no more runs of a backfill, and ends those that go on; false: there is none that goes on.</summary>
    public bool StopBackfill(int number)
    {
        if (_head.Backfills.FirstOrDefault(backfill => backfill.Number == number) is not { EndedAt: null, Stopped: false } backfill)
            return false;
        Set(backfill with { Stopped = true });
        foreach (var run in LiveRuns.Where(run => run.Backfill == number).ToList())
            Stop(run.RunId, "its backfill was stopped");
        return true;
    }

    // True if it has made runs.
    private bool AdvanceBackfills(DateTimeOffset now)
    {
        var made = false;
        foreach (var begun in _head.Backfills)
        {
            if (begun.EndedAt is not null)
                continue;
            var backfill = begun;
            var live = LiveRuns.Count(run => run.Backfill == backfill.Number);
            while (!backfill.Stopped && live < backfill.Parallelism && _schedule?.NextAfter(backfill.Cursor) is { } due && due <= backfill.Until)
            {
                Begin(Draft(RunIds.Of(_head.Spec!.Id, due, -backfill.Number), RunTrigger.Backfill, now) with { Nominal = due, Backfill = backfill.Number }, ConcurrencyPolicy.Allow);
                backfill = backfill with { Cursor = due, Made = backfill.Made + 1 };
                live++;
                made = true;
            }
            if (live == 0)
            {
                backfill = backfill with { EndedAt = now };
                _effects.Happenings.Add(new("job_backfill_ended_event", null, backfill.Stopped ? "it was stopped" : null) { Backfill = backfill });
            }
            if (backfill != begun)
                Set(backfill);
        }
        return made;
    }

    private void CountBackfilled(RunState run)
    {
        if (run.Backfill is not { } number || _head.Backfills.FirstOrDefault(one => one.Number == number) is not { } backfill)
            return;
        var succeeded = run.Phase == RunPhase.Succeeded;
        Set(backfill with { Succeeded = backfill.Succeeded + (succeeded ? 1 : 0), Failed = backfill.Failed + (succeeded ? 0 : 1) });
    }

    private void Set(BackfillState backfill)
    {
        HeadChanged = true;
        _head.Backfills = _head.Backfills.Select(one => one.Number == backfill.Number ? backfill : one).ToValueList();
    }
}
