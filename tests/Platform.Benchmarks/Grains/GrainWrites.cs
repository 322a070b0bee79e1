using System.Diagnostics;
using Platform.Benchmarks.ControlPlane;

namespace Platform.Benchmarks.Grains;

/// <summary>Durable writes of many grains: each is acknowledged when it is on disk.</summary>
internal sealed class GrainWrites : IBenchmark
{
    public string Description => "durable writes per second: --seconds 3 --grains 1000 " + BenchmarkStore.Options + " (put it on the disk to be measured)";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var seconds = options.Number("seconds", 3);
        var grains = options.Number("grains", 1000);
        var directory = options.Text("directory", Path.GetTempPath());
        var kind = options.Text("store", "sqlite");
        options.RejectUnknown();

        await using var silo = await BenchmarkSilo.StartAsync(directory, kind);
        var results = new Dictionary<string, object> { ["grains"] = grains, ["store"] = kind };
        await MeasureAsync("state", grain => grain.WriteStateAsync());
        await MeasureAsync("items", grain => grain.WriteItemAsync());
        await MeasureAsync("log", grain => grain.AppendAsync());
        return results;

        async Task MeasureAsync(string name, Func<IWritingGrain, Task> write)
        {
            await RunForAsync(silo.Grains, TimeSpan.FromSeconds(1), grains, write, []);
            var latencies = new List<double>();
            var watch = Stopwatch.StartNew();
            var writes = await RunForAsync(silo.Grains, TimeSpan.FromSeconds(seconds), grains, write, latencies);
            latencies.Sort();
            results[$"{name}WritesPerSecond"] = Math.Round(writes / watch.Elapsed.TotalSeconds);
            results[$"{name}P50Milliseconds"] = Math.Round(latencies[latencies.Count / 2], 2);
            results[$"{name}P99Milliseconds"] = Math.Round(latencies[latencies.Count * 99 / 100], 2);
        }
    }

    private static async Task<long> RunForAsync(IGrainFactory factory, TimeSpan duration, int grains, Func<IWritingGrain, Task> write, List<double> latencies)
    {
        var watch = Stopwatch.StartNew();
        var done = await Task.WhenAll(Enumerable.Range(0, grains).Select(index => Task.Run(async () =>
        {
            var grain = factory.GetGrain<IWritingGrain>(index);
            var taken = new List<double>();
            while (watch.Elapsed < duration)
            {
                var start = watch.Elapsed;
                await write(grain);
                taken.Add((watch.Elapsed - start).TotalMilliseconds);
            }

            return taken;
        })));
        latencies.AddRange(done.SelectMany(taken => taken));
        return done.Sum(taken => (long)taken.Count);
    }
}
