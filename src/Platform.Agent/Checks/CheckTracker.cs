using Platform.Core.Tasks;

namespace Platform.Agent.Checks;

/// <summary>Follows the outcomes of one check: when its result is news, and when it has failed too often. Pure.</summary>
/// <remarks>
/// As in Mesos: failures within the grace period since the start do not count until the first success; after that, or after the
/// grace period, each failure counts; a success sets the count to zero.
/// </remarks>
/// <param name="spec">The check.</param>
/// <param name="index">Its index among the task's checks.</param>
/// <param name="startedAt">When the task was started.</param>
/// <param name="known">The result that an earlier run of the agent has reported; null: none.</param>
internal sealed class CheckTracker(CheckSpec spec, int index, DateTimeOffset startedAt, CheckResult? known = null)
{
    /// <summary>The latest result that counted; null: none yet.</summary>
    public CheckResult? Result { get; private set; } = known;

    /// <summary>Failures in a row.</summary>
    public int ConsecutiveFailures => Result?.ConsecutiveFailures ?? 0;

    /// <summary>True when it has failed so often in a row that the task has to be killed.</summary>
    public bool IsFatal => spec.Purpose == CheckPurpose.Health && spec.MaxConsecutiveFailures > 0 && ConsecutiveFailures >= spec.MaxConsecutiveFailures;

    /// <summary>Takes an outcome in. True if it is news: the first one, a turn, a further failure, or a changed status or answer.</summary>
    public bool Record(CheckOutcome outcome, DateTimeOffset now)
    {
        if (outcome.Success is not { } success)
            return false;
        var before = Result;
        if (!success && spec.Purpose == CheckPurpose.Health && before?.FirstSuccess is null && now - startedAt < TimeSpan.FromSeconds(spec.GracePeriodSeconds))
            return false;
        var result = new CheckResult
        {
            Purpose = spec.Purpose,
            Index = index,
            Name = spec.Name,
            Success = success,
            ConsecutiveFailures = success ? 0 : ConsecutiveFailures + 1,
            Timestamp = now,
            Status = outcome.Status,
            Message = success ? null : outcome.Message,
            ContentType = outcome.ContentType,
            Body = outcome.Body,
            FirstSuccess = before?.FirstSuccess ?? (success ? now : null),
            LastSuccess = success ? now : before?.LastSuccess,
            LastFailure = success ? before?.LastFailure : now,
            LastFailureCause = success ? before?.LastFailureCause : outcome.Message,
        };
        var news = before is null || !SaysTheSame(before, result) || (spec.Purpose == CheckPurpose.Health && !success);
        Result = result;
        return news;
    }

    private static bool SaysTheSame(CheckResult one, CheckResult other) =>
        one.Success == other.Success && one.Status == other.Status && one.Message == other.Message
        && one.ContentType == other.ContentType && one.Body == other.Body;
}
