using Platform.Api.Registry;

namespace Platform.Api.Tests.Registry;

/// <summary>What balancers of other processes say of endpoints that drain.</summary>
public sealed class RemoteBalancersTests
{
    private static readonly HashSet<string> Both = ["one", "two"];

    [Fact]
    public void Endpoints_are_busy_until_all_balancers_have_said_that_they_are_not_and_for_a_moment_after_one_is_gone()
    {
        var clock = new Clock();
        var balancers = new RemoteBalancers(clock);
        balancers.BusyOf(Both).ShouldBeEmpty();
        var (left, right) = (balancers.Add(), balancers.Add());
        balancers.BusyOf(Both).ShouldBe(Both, ignoreOrder: true);
        balancers.Release(left.Id, ["one", "two"]).ShouldBeTrue();
        balancers.Release(right.Id, ["one"]).ShouldBeTrue();
        balancers.BusyOf(Both).ShouldBe(["two"]);

        right.Dispose();

        // Its connection may have broken, and be made again: nobody knows what goes on at its end.
        balancers.BusyOf(Both).ShouldBe(Both, ignoreOrder: true);
        balancers.Release(right.Id, ["two"]).ShouldBeFalse();
        clock.Now += TimeSpan.FromSeconds(5);
        balancers.BusyOf(Both).ShouldBeEmpty();
        left.Dispose();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
