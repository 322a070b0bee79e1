using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Dashboard.Live;

/// <summary>What lists show of one job. It is small, so that tens of thousands can be held.</summary>
public sealed record JobOverview
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its labels.</summary>
    public ValueMap<string> Labels { get; init; }

    /// <summary>When it is due, as it was written; null: it has no schedule that counts.</summary>
    public string? Schedule { get; init; }

    /// <summary>The jobs that it follows.</summary>
    public ValueList<string> Parents { get; init; }

    /// <summary>Events make it run.</summary>
    public bool HasTriggers { get; init; }

    /// <summary>Why it is paused; null: it is not.</summary>
    public string? Paused { get; init; }

    /// <summary>Why it is never due although it has a schedule; null: nothing is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>Its next due time; null: none.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>How many runs go on.</summary>
    public int Live { get; init; }

    /// <summary>How the last run ended; null: none has.</summary>
    public RunPhase? Last { get; init; }

    /// <summary>When the last run ended that did not end by request; null: none has.</summary>
    public DateTimeOffset? LastEnd { get; init; }

    /// <summary>Runs that succeeded.</summary>
    public long Successes { get; init; }

    /// <summary>Runs that failed.</summary>
    public long Failures { get; init; }

    /// <summary>Failures since the last success.</summary>
    public long FailuresInRow { get; init; }

    /// <summary>How it is.</summary>
    public JobCondition Condition { get; init; }

    /// <summary>Grows with each reading, so that a page knows that there is something new.</summary>
    public long Stamp { get; init; }

    internal static JobOverview Of(JobSpec spec, JobSummary job, long stamp) => new()
    {
        Id = spec.Id,
        Description = spec.Description,
        Labels = spec.Labels,
        Schedule = spec.Schedule is { Enabled: true } schedule ? schedule.Timing.Expression : null,
        Parents = spec.Parents,
        HasTriggers = !spec.Triggers.IsEmpty,
        Paused = job.Paused,
        Problem = job.Problem,
        NextDue = job.NextDue,
        Live = job.LiveCount,
        Last = job.LastPhase,
        LastEnd = job.LastSuccess > job.LastFailure || job.LastFailure is null ? job.LastSuccess : job.LastFailure,
        Successes = job.Successes,
        Failures = job.Failures,
        FailuresInRow = job.FailuresInRow,
        Condition = job.LiveCount > 0 ? JobCondition.Running
            : spec.Disabled ? JobCondition.Disabled
            : job.Paused is not null ? JobCondition.Paused
            : job.LastPhase switch
            {
                RunPhase.Failed => JobCondition.Failed,
                RunPhase.Stopped => JobCondition.Stopped,
                RunPhase.Succeeded => JobCondition.Succeeded,
                _ => JobCondition.New,
            },
        Stamp = stamp,
    };
}
