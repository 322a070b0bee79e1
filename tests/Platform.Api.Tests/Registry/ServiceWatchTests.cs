using Platform.Api.Registry;
using Platform.Core.Registry;

namespace Platform.Api.Tests.Registry;

/// <summary>What one reader of the registry is told.</summary>
public sealed class ServiceWatchTests
{
    private readonly ServiceDirectory _directory = new();
    private long _version;

    private void Change() => _directory.TryApply(new() { Service = "web.marathon", Owner = "app:/web", From = _version, To = ++_version, Set = [Endpoint($"{_version}")] }).ShouldBeTrue();

    private static ServiceEndpoint Endpoint(string version) => new() { Id = "one", Framework = "marathon", Name = "one", AgentAddresses = ["127.0.0.1"], State = EndpointState.Ready, Version = version };

    [Fact]
    public void Nothing_is_told_that_comes_after_a_gap_until_the_reader_has_begun_again()
    {
        var watch = new ServiceWatch(_directory);
        using var subscription = watch.Subscribe(null);
        var told = 0;
        while (!subscription.HasMissed)
            Change();
        // The reader takes some, so that there is room for what comes after what was missed.
        while (subscription.TryRead(out _))
            told++;
        Change();
        subscription.TryRead(out _).ShouldBeFalse();
        told.ShouldBe(0);

        subscription.Restart();

        subscription.HasMissed.ShouldBeFalse();
        // What whole lists have is not told again.
        subscription.TryRead(out _).ShouldBeFalse();
        Change();
        subscription.TryRead(out var change).ShouldBeTrue();
        change!.Set[0].Version.ShouldBe($"{_version}");
        subscription.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_reader_that_has_missed_something_does_not_wait()
    {
        var watch = new ServiceWatch(_directory);
        using var subscription = watch.Subscribe("web.marathon");
        while (!subscription.HasMissed)
            Change();
        (await subscription.WaitAsync(CancellationToken.None)).ShouldBeTrue();
    }
}
