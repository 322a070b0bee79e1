using Platform.Core.Tasks;

namespace Platform.Agent.Checks;

/// <summary>Follows the outcomes of one check: when its result is news, and when it has failed too often. Pure.</summary>
/// <remarks>
/// As in Mesos: failures within the grace period since the start do not count until the first success; after that, or after the
/// grace period, each failure counts; a success sets the count to zero.
/// </remarks>
internal sealed class CheckTracker(CheckSpec spec, int index, DateTimeOffset startedAt)
{
    /// <summary>The latest result that counted; null: none yet.</summary>
    public CheckResult? Result { get; private set; }

    /// <summary>Failures in a row.</summary>
    public int ConsecutiveFailures { get; private set; }

    /// <summary>True when it has failed so often in a row that the task has to be killed.</summary>
    public bool IsFatal => spec.Purpose == CheckPurpose.Health && spec.MaxConsecutiveFailures > 0 && ConsecutiveFailures >= spec.MaxConsecutiveFailures;

    /// <summary>Takes an outcome in. True if it is news: the first one, a turn, a further failure, or a changed status or answer.</summary>
    public bool Record(CheckOutcome outcome, DateTimeOffset now)
    {
        if (outcome.Success is not { } success)
            return false;
        var everSucceeded = Result is { Success: true } || _succeeded;
        if (!success && spec.Purpose == CheckPurpose.Health && !everSucceeded && now - startedAt < TimeSpan.FromSeconds(spec.GracePeriodSeconds))
            return false;
        _succeeded |= success;
        ConsecutiveFailures = success ? 0 : ConsecutiveFailures + 1;
        var result = new CheckResult
        {
            Purpose = spec.Purpose,
            Index = index,
            Name = spec.Name,
            Success = success,
            ConsecutiveFailures = ConsecutiveFailures,
            Timestamp = now,
            Status = outcome.Status,
            Message = success ? null : outcome.Message,
            ContentType = outcome.ContentType,
            Body = outcome.Body,
        };
        var news = Result is not { } before || before with { Timestamp = now, ConsecutiveFailures = ConsecutiveFailures } != result
            || (spec.Purpose == CheckPurpose.Health && !success);
        Result = result;
        return news;
    }

    private bool _succeeded;
}
