using Platform.Tests.Hosting;

namespace Platform.Storage.Tests;

/// <summary>Calls another of its kind in its first turn, when the other is in its first turn too.</summary>
public interface IMeetingGrain : IGrainWithIntegerKey
{
    Task HearAsync();
}

public sealed class MeetingGrain : Grain, IMeetingGrain
{
    private static readonly Barrier Both = new(2);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Blocks on purpose: neither goes on before both are in the turn that began with their construction.
        Both.SignalAndWait(TimeSpan.FromSeconds(30), cancellationToken).ShouldBeTrue();
        GrainFactory.GetGrain<IMeetingGrain>(this.GetPrimaryKeyLong() ^ 1).HearAsync().Ignore();
        return Task.CompletedTask;
    }

    public Task HearAsync() => Task.CompletedTask;
}

public sealed class ActivationTests
{
    [Fact]
    public async Task Two_grains_that_begin_at_the_same_time_may_call_each_other()
    {
        await using var host = await GrainTestHost.StartAsync();

        // Not on this thread: with the fault, the calls themselves never come back.
        var calls = new[] { 0, 1 }.Select(key => Task.Run(() => host.GetGrain<IMeetingGrain>(key).HearAsync()));

        await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
    }
}
