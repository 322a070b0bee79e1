using System.Diagnostics;
using Platform.Contracts.Events;
using Platform.Core.Tasks;

namespace Platform.Benchmarks.ControlPlane;

/// <summary>The event log takes events of tasks from many grains, drops what is too much, and is read from its far end.</summary>
internal sealed class EventLog : IBenchmark
{
    private const int Page = 256;

    public string Description => "events stored per second, and pages read: --events 200000 --keep-size 20 --sources 100 --batch 4 " + BenchmarkStore.Options;

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var events = options.Number("events", 200_000);
        var keep = options.Number("keep-size", 20);
        var (sources, batch) = (options.Number("sources", 100), options.Number("batch", 4));
        var (kind, parent) = (options.Text("store", "sqlite"), options.Text("directory", Path.GetTempPath()));
        options.RejectUnknown();

        await using var store = await BenchmarkStore.OpenAsync(kind, parent);
        await using var silo = await ControlPlaneSilo.StartAsync(store, configure: grains => grains.Events.Keep = new() { Bytes = keep * 1_048_576L });
        var log = silo.Grains.GetGrain<IEventLogGrain>(0);
        var tenths = new double[10];
        var watch = Stopwatch.StartNew();
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var began = watch.Elapsed;
            await AppendAsync(log, events / 10, sources, batch);
            tenths[tenth] = Math.Round(events / 10 / (watch.Elapsed - began).TotalSeconds);
        }
        var total = watch.Elapsed;
        var range = await log.GetRangeAsync();
        var (first, last) = ((await log.ReadAsync(range.First, 1))[0], (await log.ReadAsync(range.Last, 1))[0]);
        var reads = await ReadAsync(log, range.First);
        return new Dictionary<string, object>
        {
            ["events"] = events,
            ["store"] = kind,
            ["eventsPerSecond"] = Math.Round(events / total.TotalSeconds),
            ["eventsPerSecondByTenth"] = tenths,
            ["bytesPerEvent"] = Math.Round(last.Position / (double)(range.Last - 1)),
            ["keptEvents"] = range.Last - range.First + 1,
            ["keptMegabytes"] = Math.Round((last.Position - first.Position) / 1_000_000d, 1),
            ["pageP50Milliseconds"] = Math.Round(reads[reads.Count / 2], 2),
            ["pageP99Milliseconds"] = Math.Round(reads[reads.Count * 99 / 100], 2),
        };
    }

    // Each source waits until the log has what it told, so that nothing piles up on the way.
    private static async Task AppendAsync(IEventLogGrain log, int events, int sources, int batch)
    {
        var until = (await log.GetRangeAsync()).Last + events;
        var left = events;
        while (left > 0)
        {
            for (var source = 0; source < sources && left > 0; source++)
            {
                var count = Math.Min(batch, left);
                await log.AppendAsync([.. Enumerable.Range(left, count).Select(Event)]);
                left -= count;
            }
            while ((await log.GetRangeAsync()).Last < until - left)
                await Task.Yield();
        }
    }

    private static async Task<List<double>> ReadAsync(IEventLogGrain log, long first)
    {
        var taken = new List<double>();
        for (var i = 0; i < 500; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await log.ReadAsync(first + (i * Page / 4), Page);
            taken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        taken.Sort();
        return taken;
    }

    private static PlatformEvent Event(int i) => new()
    {
        Timestamp = DateTimeOffset.UtcNow,
        What = new TaskChanged($"/team/app-{i % 100}", "S123", "host-123.example", $"team_app-{i % 100}.instance-{Guid.NewGuid()}._app.1", TaskState.Running, null, ["10.0.0.1"], [31_000], "2026-03-01T12:00:00.000Z"),
    };
}
