using Platform.Core.Apps;

namespace Platform.Core.Tests.Apps;

/// <summary>The published cases of Marathon's RestartStrategyTest, and the arithmetic behind them.</summary>
public class RestartStrategyTests
{
    [Theory]
    // Resident, 0.5 / 0: minHealthy = ceil(1 * 0.5) = 1 = maxCapacity <= healthy, so one more is killed: 1 - 1 + 1.
    [InlineData(1, 0.5, 0, true, 1, 1, 1)]
    // Nothing is healthy: nothing to kill.
    [InlineData(1, 0.5, 0, true, 0, 1, 0)]
    // ceil(5 * 0.5) = 3, 5 - 3 = 2.
    [InlineData(5, 0.5, 0, true, 5, 5, 2)]
    // Resident, 1 / 0: minHealthy = maxCapacity = 5 <= 7, so 7 - 5 + 1 = 3.
    [InlineData(5, 1, 0, true, 7, 5, 3)]
    [InlineData(5, 1, 0, true, 5, 5, 1)]
    [InlineData(5, 1, 0, true, 3, 5, 0)]
    // Not resident: one more may exist instead.
    [InlineData(1, 0.5, 0, false, 1, 2, 0)]
    [InlineData(1, 0.5, 0, false, 0, 1, 0)]
    // ceil(2 * 0.5) = 1, 2 - 1 = 1 may go, so there is no need for more room.
    [InlineData(2, 0.5, 0, false, 2, 2, 1)]
    // floor(4 * 2) = 8.
    [InlineData(4, 1, 1, false, 4, 8, 0)]
    // ceil(10 * 0.1) = 1 and not 2, although 10 * 0.1 is not exact in binary.
    [InlineData(10, 0.1, 0.1, false, 10, 11, 9)]
    public void Capacity_and_first_kills_are_Marathons(
        int instances, double minimum, double over, bool bound, int healthy, int maxCapacity, int killNow)
    {
        var strategy = RestartStrategy.Compute(instances, new() { MinimumHealthCapacity = minimum, MaximumOverCapacity = over }, bound, healthy);

        strategy.MaxCapacity.ShouldBe(maxCapacity);
        strategy.KillNow.ShouldBe(killNow);
    }

    [Fact]
    public void Instances_left_by_a_cancelled_deployment_may_all_go()
    {
        // 3 wanted, 7 exist and 3 are healthy: 7 - 3 = 4 instead of 3 - 3 = 0.
        RestartStrategy.Compute(3, new(), false, healthy: 3, existing: 7).KillNow.ShouldBe(4);
    }
}
