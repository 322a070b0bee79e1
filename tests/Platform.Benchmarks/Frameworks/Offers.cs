using System.Diagnostics;
using System.Text.Json;
using Platform.Benchmarks.EndToEnd;

namespace Platform.Benchmarks.Frameworks;

/// <summary>Frameworks on HTTP streams of their own, which decline whatever they are offered, for a moment.</summary>
internal sealed class Offers : IBenchmark
{
    public string Description => "offers per second through HTTP streams: --frameworks 1000 --agents 10000 --seconds 30 --refuse 5 --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var frameworks = options.Number("frameworks", 1_000);
        var agents = options.Number("agents", 10_000);
        var seconds = options.Number("seconds", 30);
        var refuse = options.Number("refuse", 5);
        var parent = options.Text("directory", Path.GetTempPath());
        options.RejectUnknown();

        await using var platform = await PlatformProcess.StartAsync(parent, simulate: agents);
        using var http = new HttpClient { BaseAddress = platform.Client.Url, Timeout = Timeout.InfiniteTimeSpan };
        await SimulatedAgentsAsync(http, agents);
        using var stop = new CancellationTokenSource();
        var opening = Stopwatch.StartNew();
        var streams = new List<FrameworkStream>();
        for (var i = 0; i < frameworks; i++)
            streams.Add(await FrameworkStream.OpenAsync(http, $"bench-{i}"));
        var opened = opening.Elapsed;
        long offers = 0, events = 0;
        var readers = streams.Select(stream => Task.Run(async () =>
        {
            try
            {
                while (await stream.NextAsync(stop.Token) is { } told)
                {
                    Interlocked.Increment(ref events);
                    if (told.GetProperty("type").GetString() != "OFFERS")
                        continue;
                    var ids = told.GetProperty("offers").GetProperty("offers").EnumerateArray().Select(offer => offer.GetProperty("id").GetRawText()).ToList();
                    Interlocked.Add(ref offers, ids.Count);
                    await stream.CallAsync("DECLINE", $$$"""{"offer_ids":[{{{string.Join(',', ids)}}}],"filters":{"refuse_seconds":{{{refuse}}}}}""");
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
            {
                // It is over.
            }
        })).ToList();
        var (before, cpu, watch) = (Interlocked.Read(ref offers), platform.ServerProcessorTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var (count, spent, elapsed) = (Interlocked.Read(ref offers) - before, platform.ServerProcessorTime - cpu, watch.Elapsed);
        await stop.CancelAsync();
        foreach (var stream in streams)
            stream.Dispose();
        await Task.WhenAll(readers);
        return new Dictionary<string, object>
        {
            ["frameworks"] = frameworks,
            ["agents"] = agents,
            ["subscribedPerSecond"] = Math.Round(frameworks / opened.TotalSeconds),
            ["offers"] = count,
            ["offersPerSecond"] = Math.Round(count / elapsed.TotalSeconds),
            ["events"] = events,
            ["serverProcessors"] = Math.Round(spent.TotalSeconds / elapsed.TotalSeconds, 2),
            ["serverMicrosecondsPerOffer"] = count == 0 ? 0 : Math.Round(spent.TotalMicroseconds / count, 1),
        };
    }

    /// <summary>Waits until all agents are there.</summary>
    internal static async Task SimulatedAgentsAsync(HttpClient http, int agents)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var there = JsonElement.Parse(await http.GetStringAsync("/metrics/snapshot")).GetProperty("master/slaves_active").GetDouble();
            if (there >= agents)
                break;
            Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,6:0.0} s: {there} of {agents} agents");
            await Task.Delay(500);
        }
    }
}
