using Platform.Contracts.Events;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Events;

public class EventLogGrainTests
{
    private static PlatformEvent Event(int i) => new() { Type = "test_event", Json = $"{{\"i\":{i}}}" };

    [Fact]
    public async Task Events_are_numbered_stored_and_told_in_order()
    {
        // Nobody else has anything to tell.
        await using var host = await ControlPlaneHost.StartAsync(options => options.ActivateAtStart = false);
        var log = host.GetGrain<IEventLogGrain>(0);
        var recorder = await EventRecorder.StartAsync(host.GrainFactory);
        await log.AppendAsync([.. Enumerable.Range(1, 10).Select(Event)]);

        var last = await recorder.NextAsync("test_event", json => json == "{\"i\":10}");
        await host.CrashAsync();
        log = host.GetGrain<IEventLogGrain>(0);

        last.Sequence.ShouldBe(10);
        (await log.GetRangeAsync()).ShouldBe(new(1, 10));
        (await log.ReadAsync(4, 3)).Select(item => (item.Sequence, item.Json)).ShouldBe([(4, "{\"i\":4}"), (5, "{\"i\":5}"), (6, "{\"i\":6}")]);
        (await log.ReadAsync(11, 3)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Old_events_are_dropped_and_a_late_reader_begins_with_the_first_that_is_kept()
    {
        await using var host = await ControlPlaneHost.StartAsync(options =>
        {
            options.ActivateAtStart = false;
            options.Events.Retention = 100;
        });
        var log = host.GetGrain<IEventLogGrain>(0);
        var recorder = await EventRecorder.StartAsync(host.GrainFactory);
        for (var i = 1; i <= 300; i++)
        {
            await log.AppendAsync([Event(i)]);
            await recorder.NextAsync("test_event", json => json == $"{{\"i\":{i}}}");
        }

        // 100 are kept, and a fiftieth more before the log is trimmed.
        var range = await log.GetRangeAsync();
        range.Last.ShouldBe(300);
        range.First.ShouldBeInRange(300 - 103, 300 - 99);
        await host.CrashAsync();
        (await host.GetGrain<IEventLogGrain>(0).ReadAsync(1, 1))[0].Sequence.ShouldBe(range.First);
    }
}
