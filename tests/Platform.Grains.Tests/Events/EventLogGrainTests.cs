using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Events;
using Platform.Grains.Tests.Hosting;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Events;

public class EventLogGrainTests
{
    [Fact]
    public async Task Events_are_numbered_stored_and_told_in_order()
    {
        // Nobody else has anything to tell.
        await using var host = await ControlPlaneHost.StartAsync(options => options.ActivateAtStart = false);
        var log = host.GetGrain<IEventLogGrain>(0);
        var recorder = await EventRecorder.StartAsync(host.GrainFactory);
        await log.AppendAsync([.. Enumerable.Range(1, 10).Select(Event)]);

        var last = await NextAsync(recorder, 10);
        await host.CrashAsync();
        log = host.GetGrain<IEventLogGrain>(0);

        last.ShouldBe(10);
        (await log.GetRangeAsync()).ShouldBe(new(1, 10));
        (await log.ReadAsync(4, 3)).Select(item => (item.Sequence, item.What)).ShouldBe([(4, Told(4)), (5, Told(5)), (6, Told(6))]);
        (await log.ReadAsync(11, 3)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Old_events_are_dropped_and_a_late_reader_begins_with_the_first_that_is_kept()
    {
        await using var host = await ControlPlaneHost.StartAsync(options =>
        {
            options.ActivateAtStart = false;
            options.Events.Keep = new() { Count = 100 };
        });
        var log = host.GetGrain<IEventLogGrain>(0);
        var recorder = await EventRecorder.StartAsync(host.GrainFactory);
        await AppendAsync(log, recorder, 1, 300);

        // 100 are kept, and a fiftieth more before the log is trimmed.
        var range = await log.GetRangeAsync();
        range.Last.ShouldBe(300);
        range.First.ShouldBeInRange(300 - 103, 300 - 99);
        await host.CrashAsync();
        (await host.GetGrain<IEventLogGrain>(0).ReadAsync(1, 1))[0].Sequence.ShouldBe(range.First);
    }

    [Fact]
    public async Task What_is_older_than_is_kept_is_dropped_also_when_it_was_stored_before_a_restart()
    {
        var time = new ManualTimeProvider();
        await using var host = await ControlPlaneHost.StartAsync(
            options =>
            {
                options.ActivateAtStart = false;
                options.Events.Keep = new() { For = TimeSpan.FromHours(1) };
            },
            services => services.AddSingleton<TimeProvider>(time));
        var recorder = await EventRecorder.StartAsync(host.GrainFactory);
        await AppendAsync(host.GetGrain<IEventLogGrain>(0), recorder, 1, 50);
        time.Advance(TimeSpan.FromMinutes(40));
        // A subscription lasts three minutes.
        recorder = await EventRecorder.StartAsync(host.GrainFactory);
        await AppendAsync(host.GetGrain<IEventLogGrain>(0), recorder, 51, 100);
        await host.CrashAsync();
        recorder = await EventRecorder.StartAsync(host.GrainFactory);
        var log = host.GetGrain<IEventLogGrain>(0);
        (await log.GetRangeAsync()).ShouldBe(new(1, 100));

        // The first 50 are 70 minutes old now, the others 30.
        time.Advance(TimeSpan.FromMinutes(30));
        recorder = await EventRecorder.StartAsync(host.GrainFactory);
        await AppendAsync(log, recorder, 101, 101);

        (await log.GetRangeAsync()).ShouldBe(new(51, 101));
    }

    [Fact]
    public async Task No_more_is_kept_than_the_bytes_that_are_allowed_and_one_write_drops_only_so_much()
    {
        const int Bytes = 100_000;
        await using var host = await ControlPlaneHost.StartAsync(options =>
        {
            options.ActivateAtStart = false;
            options.Events.Keep = new() { Bytes = Bytes };
        });
        var log = host.GetGrain<IEventLogGrain>(0);
        var recorder = await EventRecorder.StartAsync(host.GrainFactory);
        // More than 100 bytes each: some ten times what is kept.
        await log.AppendAsync([.. Enumerable.Range(1, 9_000).Select(Event)]);
        await NextAsync(recorder, 9_000);
        (await log.GetRangeAsync()).ShouldBe(new(2_001, 9_000));

        await AppendAsync(log, recorder, 9_001, 9_001);
        (await log.GetRangeAsync()).First.ShouldBe(4_001);
        await AppendAsync(log, recorder, 9_002, 9_010);

        var range = await log.GetRangeAsync();
        var (first, last) = ((await log.ReadAsync(range.First, 1))[0], (await log.ReadAsync(range.Last, 1))[0]);
        // The last one is after its position.
        var kept = last.Position - first.Position + 200;
        kept.ShouldBeInRange(Bytes - 1_000, (long)(Bytes * 1.02) + 1_000);
    }

    private static PlatformEvent Event(int i) => new() { What = Told(i) };

    private static FrameworkChanged Told(int i) => new($"{i}", "test");

    private static async Task AppendAsync(IEventLogGrain log, EventRecorder recorder, int from, int to)
    {
        for (var i = from; i <= to; i++)
        {
            await log.AppendAsync([Event(i)]);
            await NextAsync(recorder, i);
        }
    }

    private static async Task<long> NextAsync(EventRecorder recorder, int i) =>
        (await recorder.NextAsync("framework_changed_event", json => json.Contains($"\"frameworkId\":\"{i}\"", StringComparison.Ordinal))).Sequence;
}
