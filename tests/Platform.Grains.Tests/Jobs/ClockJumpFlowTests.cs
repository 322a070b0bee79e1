using Microsoft.Extensions.DependencyInjection;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Jobs;

public sealed class ClockJumpFlowTests
{
    [Fact]
    public async Task A_clock_that_is_set_back_is_told_of_and_so_is_one_that_is_set_ahead()
    {
        var clock = new SetClock();
        await using var fixture = await JobFixture.StartAsync(agents: 0, services => services.AddSingleton<TimeProvider>(clock));

        clock.Set(TimeSpan.FromHours(-1));
        var back = await ToldAsync(told => told.Contains("\"seconds\":-3", StringComparison.Ordinal));
        back.ShouldContain("the clock jumped 36");
        back.ShouldContain(" s back; nothing is run twice");
        clock.Set(TimeSpan.FromHours(1));
        (await ToldAsync(told => told.Contains("\"seconds\":7", StringComparison.Ordinal))).ShouldContain(" s ahead; ");

        async Task<string> ToldAsync(Func<string, bool> fits)
        {
            string? found = null;
            await AppFixture.UntilAsync(
                async () => (found = (await fixture.Cluster.EventsAsync()).Where(told => told.Type == "clock_jumped_event").Select(told => told.Json).FirstOrDefault(fits)) is not null, "the jump is told");
            return found!;
        }
    }

    /// <summary>The system's clock and timers, but that somebody sets the clock.</summary>
    private sealed class SetClock : TimeProvider
    {
        private long _offset;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _offset));

        public void Set(TimeSpan offset) => Volatile.Write(ref _offset, offset.Ticks);
    }
}
