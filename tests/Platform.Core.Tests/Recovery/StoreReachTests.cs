using Platform.Core.Recovery;

namespace Platform.Core.Tests.Recovery;

public sealed class StoreReachTests
{
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(1);

    private readonly StoreReach _reach = new();

    [Fact]
    public void Three_answers_in_a_row_that_do_not_come_are_a_doubt_and_stay_one_until_one_comes()
    {
        _reach.IsInDoubt.ShouldBeFalse();
        _reach.Missed(InTime);
        _reach.Missed(InTime);
        _reach.IsInDoubt.ShouldBeFalse();
        _reach.Missed(InTime);
        _reach.IsInDoubt.ShouldBeTrue();
        _reach.Missed(InTime);
        _reach.IsInDoubt.ShouldBeTrue();
        _reach.Answered();
        _reach.IsInDoubt.ShouldBeFalse();
    }

    [Fact]
    public void An_answer_between_them_begins_the_count_anew()
    {
        _reach.Missed(InTime);
        _reach.Missed(InTime);
        _reach.Answered();
        _reach.Missed(InTime);
        _reach.Missed(InTime);
        _reach.IsInDoubt.ShouldBeFalse();
    }

    [Fact]
    public void What_is_noticed_too_late_counts_for_nothing_and_against_nothing()
    {
        // A process that stood still notices when it goes on.
        for (var i = 0; i < 10; i++)
            _reach.Missed(TimeSpan.FromSeconds(1.6));
        _reach.IsInDoubt.ShouldBeFalse();
        _reach.Missed(InTime);
        _reach.Missed(TimeSpan.FromSeconds(60));
        _reach.Missed(InTime);
        _reach.IsInDoubt.ShouldBeFalse();
        _reach.Missed(TimeSpan.FromSeconds(1.5));
        _reach.IsInDoubt.ShouldBeTrue();
    }

    [Fact]
    public void Who_missed_an_answer_itself_a_moment_ago_is_no_witness()
    {
        _reach.CanWitness(TimeSpan.Zero).ShouldBeTrue();
        _reach.MissedAt(TimeSpan.FromSeconds(10));
        _reach.CanWitness(TimeSpan.FromSeconds(15)).ShouldBeFalse();
        _reach.CanWitness(TimeSpan.FromSeconds(15.001)).ShouldBeTrue();
        // What others ask counts for that, and for nothing else.
        _reach.IsInDoubt.ShouldBeFalse();
    }
}
