using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>A job as readers see it.</summary>
internal sealed class JobView(JobStore store, JobModel model)
{
    private (long Successes, RunDurations Durations)? _durations;

    /// <summary>The job with all tasks of its runs; null: there is none.</summary>
    public JobStatus? Status() => store.Head is { Spec: { } spec, Removed: false } ? new(spec, Summary(model.LiveRuns.Select(StatusOf).ToValueList())) : null;

    /// <summary>What lists show.</summary>
    public JobSummary Summary() => Summary(model.LiveRuns.Take(JobSummary.MostRuns).Select(run => new RunStatus
    {
        Run = run,
        Tasks = model.LiveTasksOf(run.RunId).Take(JobSummary.MostTasks).ToValueList(),
    }).ToValueList());

    /// <summary>A run with its tasks.</summary>
    public RunStatus StatusOf(RunState run) => new()
    {
        Run = run,
        Tasks = model.KeptTasksOf(run.RunId).OrderBy(task => task.Index).ThenBy(task => task.Attempt).ToValueList(),
    };

    private JobSummary Summary(ValueList<RunStatus> live)
    {
        var head = store.Head;
        if (_durations?.Successes != head.Successes)
            _durations = (head.Successes, RunDurations.Of(model.EndedRuns));
        return new()
        {
            Children = head.Children,
            Paused = head.Paused,
            NextDue = model.NextDue,
            DueLeft = model.DueLeft,
            LiveRuns = live,
            LiveCount = model.LiveCount,
            Successes = head.Successes,
            Failures = head.Failures,
            FailuresInRow = head.FailuresInRow,
            LastSuccess = head.LastSuccess,
            LastFailure = head.LastFailure,
            Skipped = head.Skipped,
            LastPhase = model.LastEnded?.Phase,
            Untold = model.NoticeCount,
            UntoldError = model.Notices.Select(notice => notice.LastError).FirstOrDefault(error => error is not null),
            Problem = model.ScheduleProblem,
            Durations = _durations.Value.Durations,
        };
    }
}
