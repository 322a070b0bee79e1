using Platform.Grains.Jobs;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Jobs;

public sealed class HandOverGateTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_steady_stream_passes_at_once()
    {
        using var gate = new HandOverGate(_time);

        for (var i = 0; i < 10_000; i++)
        {
            gate.PassAsync().IsCompletedSuccessfully.ShouldBeTrue($"number {i}");
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public async Task A_burst_waits_until_nobody_has_come_for_a_while()
    {
        using var gate = new HandOverGate(_time);

        var burst = Enumerable.Range(0, 1_000).Select(_ => gate.PassAsync()).ToList();
        _time.Advance(TimeSpan.FromMilliseconds(25));
        var late = gate.PassAsync();
        _time.Advance(TimeSpan.FromMilliseconds(25));

        burst.Count(pass => pass.IsCompleted).ShouldBe(64);
        late.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(25));
        await Task.WhenAll([.. burst, late]).WaitAsync(TimeSpan.FromMinutes(1));
        gate.PassAsync().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_waits_longer_than_a_second_however_many_more_come()
    {
        using var gate = new HandOverGate(_time);

        var burst = Enumerable.Range(0, 1_000).Select(_ => gate.PassAsync()).ToList();
        for (var i = 0; i < 102; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            _ = gate.PassAsync();
        }

        await Task.WhenAll(burst).WaitAsync(TimeSpan.FromMinutes(1));
    }
}
