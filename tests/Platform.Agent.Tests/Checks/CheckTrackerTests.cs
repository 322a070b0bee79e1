using Platform.Agent.Checks;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Checks;

public class CheckTrackerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CheckSpec Health = new() { GracePeriodSeconds = 30, MaxConsecutiveFailures = 3 };
    private static readonly CheckOutcome Good = new(true, 200);
    private static readonly CheckOutcome Bad = new(false, 500, "HTTP status 500 from port 1");

    [Fact]
    public void Failures_within_the_grace_period_do_not_count_before_the_first_success()
    {
        var tracker = new CheckTracker(Health, 0, Start);
        tracker.Record(Bad, Start.AddSeconds(1)).ShouldBeFalse();
        tracker.Record(Bad, Start.AddSeconds(29.9)).ShouldBeFalse();
        tracker.ConsecutiveFailures.ShouldBe(0);
        tracker.Result.ShouldBeNull();
    }

    [Fact]
    public void After_the_grace_period_each_failure_counts_and_the_third_in_a_row_is_fatal()
    {
        var tracker = new CheckTracker(Health, 0, Start);
        tracker.Record(Bad, Start.AddSeconds(30));
        tracker.Record(Bad, Start.AddSeconds(31));
        tracker.IsFatal.ShouldBeFalse();
        tracker.Record(Bad, Start.AddSeconds(32)).ShouldBeTrue();
        tracker.IsFatal.ShouldBeTrue();
        tracker.Result!.ConsecutiveFailures.ShouldBe(3);
    }

    [Fact]
    public void The_first_success_ends_the_grace_period_and_any_success_sets_the_count_to_zero()
    {
        var tracker = new CheckTracker(Health, 0, Start);
        tracker.Record(Good, Start.AddSeconds(1)).ShouldBeTrue();
        tracker.Record(Bad, Start.AddSeconds(2)).ShouldBeTrue();
        tracker.Record(Bad, Start.AddSeconds(3));
        tracker.ConsecutiveFailures.ShouldBe(2);
        tracker.Record(Good, Start.AddSeconds(4)).ShouldBeTrue();
        tracker.ConsecutiveFailures.ShouldBe(0);
        tracker.Record(Good, Start.AddSeconds(5)).ShouldBeFalse();
    }

    [Fact]
    public void With_a_limit_of_zero_failures_are_never_fatal()
    {
        var tracker = new CheckTracker(Health with { MaxConsecutiveFailures = 0, GracePeriodSeconds = 0 }, 0, Start);
        for (var i = 0; i < 100; i++)
            tracker.Record(Bad, Start);
        tracker.IsFatal.ShouldBeFalse();
    }

    [Fact]
    public void An_ignored_answer_is_neither_a_success_nor_a_failure()
    {
        var tracker = new CheckTracker(Health with { GracePeriodSeconds = 0 }, 0, Start);
        tracker.Record(Bad, Start);
        tracker.Record(new CheckOutcome(null, 102), Start).ShouldBeFalse();
        tracker.ConsecutiveFailures.ShouldBe(1);
    }

    [Fact]
    public void A_check_that_only_reports_is_news_when_its_result_changes_and_never_fatal()
    {
        var tracker = new CheckTracker(Health with { Purpose = CheckPurpose.Report, GracePeriodSeconds = 0 }, 0, Start);
        tracker.Record(Bad, Start).ShouldBeTrue();
        tracker.Record(Bad, Start.AddSeconds(1)).ShouldBeFalse();
        tracker.Record(Bad with { Status = 503 }, Start.AddSeconds(2)).ShouldBeTrue();
        tracker.Record(Good, Start.AddSeconds(3)).ShouldBeTrue();
        tracker.IsFatal.ShouldBeFalse();
    }

    [Fact]
    public void A_result_tells_when_the_check_first_and_last_succeeded_and_when_and_why_it_last_failed()
    {
        var tracker = new CheckTracker(Health, 0, Start);
        tracker.Record(Good, Start.AddSeconds(1));
        tracker.Record(Good, Start.AddSeconds(2));
        tracker.Record(Bad, Start.AddSeconds(3));
        tracker.Record(Bad with { Message = "HTTP status 503 from port 1" }, Start.AddSeconds(4));
        tracker.Result.ShouldNotBeNull();
        (tracker.Result.FirstSuccess, tracker.Result.LastSuccess, tracker.Result.LastFailure, tracker.Result.LastFailureCause, tracker.Result.ConsecutiveFailures)
            .ShouldBe((Start.AddSeconds(1), Start.AddSeconds(2), Start.AddSeconds(4), "HTTP status 503 from port 1", 2));
        tracker.Record(Good, Start.AddSeconds(5));
        (tracker.Result.FirstSuccess, tracker.Result.LastSuccess, tracker.Result.LastFailure, tracker.Result.LastFailureCause, tracker.Result.ConsecutiveFailures)
            .ShouldBe((Start.AddSeconds(1), Start.AddSeconds(5), Start.AddSeconds(4), "HTTP status 503 from port 1", 0));
    }

    [Fact]
    public void A_tracker_goes_on_with_what_an_earlier_run_of_the_agent_has_reported()
    {
        var before = new CheckTracker(Health, 1, Start);
        before.Record(Good, Start.AddSeconds(1));
        before.Record(Bad, Start.AddSeconds(2));
        before.Record(Bad, Start.AddSeconds(3));

        var after = new CheckTracker(Health, 1, Start, before.Result);
        // It is within the grace period, but the check has succeeded once.
        after.Record(Bad, Start.AddSeconds(4)).ShouldBeTrue();
        after.IsFatal.ShouldBeTrue();
        (after.Result!.ConsecutiveFailures, after.Result.FirstSuccess).ShouldBe((3, Start.AddSeconds(1)));
    }
}
