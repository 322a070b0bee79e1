using System.Globalization;

namespace Platform.Core.Jobs;

/// <content>What others are told, until they have taken it.</content>
public sealed partial class JobModel
{
    /// <summary>More than that are not kept: the oldest is given up.</summary>
    public const int MostNotices = 100;

    /// <summary>How long a notice is tried to be told.</summary>
    public static readonly TimeSpan NoticeLife = TimeSpan.FromHours(24);

    /// <summary>A run that has a receiver of lateness is late so long after it was due, if nothing else is said.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(60);

    private const int MostAtOnce = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly HashSet<string> _beingTold = new(StringComparer.Ordinal);

    /// <summary>What waits to be told, oldest first.</summary>
    public IEnumerable<JobNotice> Notices => _notices.Items.Values.OrderBy(notice => notice.Key, StringComparer.Ordinal);

    /// <summary>How many notices wait to be told.</summary>
    public int NoticeCount => _notices.Items.Count;

    /// <summary>A receiver has taken a notice.</summary>
    public void NoticeTaken(string key)
    {
        _beingTold.Remove(key);
        _notices.Remove(key);
    }

    /// <summary>A receiver has not taken a notice: it is told again after a while, and given up after <see cref="NoticeLife"/>.</summary>
    public void NoticeFailed(string key, string error, DateTimeOffset now)
    {
        _beingTold.Remove(key);
        if (_notices.Items.GetValueOrDefault(key) is not { } notice)
            return;
        var pause = FirstPause * Math.Pow(2, Math.Min(notice.Attempts, 20));
        var next = now + (pause < LongestPause ? pause : LongestPause);
        if (next > notice.At + NoticeLife)
            GiveUp(notice with { LastError = error });
        else
            _notices.Set(key, notice with { Attempts = notice.Attempts + 1, NextAt = next, LastError = error });
    }

    private void Notify(NotificationEvent what, JobSpec spec, RunState? run, string? message, DateTimeOffset now)
    {
        foreach (var to in spec.Notifications)
        {
            if (!to.On.Contains(what))
                continue;
            HeadChanged = true;
            var number = ++_head.Notices;
            var key = number.ToString("D12", CultureInfo.InvariantCulture);
            _notices.Set(key, new()
            {
                // Not the number alone: that begins anew when a job is removed and added again.
                Id = string.Create(CultureInfo.InvariantCulture, $"{spec.Id}.{number}.{now.UtcTicks:x}"),
                Key = key,
                To = to,
                Event = what,
                JobId = spec.Id,
                At = now,
                Run = run,
                Message = message,
                Task = run is null ? null : KeptTasksOf(run.RunId).Where(task => task.Ended).MaxBy(task => task.EndedAt),
                FailuresInRow = _head.FailuresInRow,
                NextAt = now,
            });
        }
        while (_notices.Items.Count > MostNotices)
            GiveUp(Notices.First(notice => !_beingTold.Contains(notice.Key)) with { LastError = $"more than {MostNotices} wait" });
    }

    private void GiveUp(JobNotice notice)
    {
        _notices.Remove(notice.Key);
        _effects.Happenings.Add(new("job_notification_failed_event", notice.Run, $"{notice.Title}: {notice.To.Webhook ?? string.Join(", ", (IEnumerable<string>)notice.To.Email)} could not be told: {notice.LastError}"));
    }

    private void AdvanceNotices(DateTimeOffset now)
    {
        if (_notices.Items.Count == 0)
            return;
        foreach (var notice in Notices)
        {
            if (_beingTold.Count >= MostAtOnce)
                return;
            if (_beingTold.Contains(notice.Key))
                continue;
            if (notice.NextAt > now)
                Wake(notice.NextAt);
            else if (_beingTold.Add(notice.Key))
                _effects.Tell.Add(notice);
        }
    }

    // Told once for each run that is due by time, whatever keeps it: a place, an earlier run, or that nobody could act.
    private void LookIfLate(ref RunState run, DateTimeOffset now)
    {
        if (run.Nominal is null || run.Trigger != RunTrigger.Schedule || run.Late || run.StartedAt is not null || run.Stopping is not null || LateAfterOf(run.Spec) is not { } patience)
            return;
        var at = run.NotBefore + patience;
        if (now < at)
        {
            Wake(at);
            return;
        }
        run = run with { Late = true };
        _runs.Set(run.RunId, run);
        var why = $"it was due at {run.Nominal.Value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} and has not started";
        _effects.Happenings.Add(new("job_run_late_event", run, why));
        Notify(NotificationEvent.Lateness, run.Spec, run, why, now);
    }

    private static TimeSpan? LateAfterOf(JobSpec spec) =>
        spec.LateAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds)
        : spec.Notifications.Any(to => to.On.Contains(NotificationEvent.Lateness)) ? LateAfter
        : null;
}
