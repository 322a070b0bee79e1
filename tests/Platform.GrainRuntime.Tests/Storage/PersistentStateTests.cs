using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Storage;

public sealed class PersistentStateTests
{
    [Fact]
    public async Task Acknowledged_state_survives_a_crash()
    {
        await using var host = await TestHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => host.GetGrain<ICounterGrain>(i).IncrementAsync()));
        await host.CrashAsync();
        (await Task.WhenAll(Enumerable.Range(0, 500).Select(i => host.GetGrain<ICounterGrain>(i).IncrementAsync()))).ShouldAllBe(count => count == 2);
    }
}
