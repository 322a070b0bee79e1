using System.Diagnostics;

namespace Platform.Benchmarks.Grains;

/// <summary>Calls within the process: from outside the grains with many in flight, and from grain to grain.</summary>
internal sealed class GrainCalls : IBenchmark
{
    public string Description => "calls per second within the process: --seconds 3 --callers 100 --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var seconds = options.Number("seconds", 3);
        var callers = options.Number("callers", 100);
        var directory = options.Text("directory", Path.GetTempPath());
        options.RejectUnknown();

        await using var silo = await BenchmarkSilo.StartAsync(directory);
        var results = new Dictionary<string, object> { ["callers"] = callers };
        await MeasureAsync("client", index => CallFromOutsideAsync(silo.Grains.GetGrain<ICallTargetGrain>(index), 1000));
        await MeasureAsync("grainToGrain", index => silo.Grains.GetGrain<ICallSourceGrain>(index).CallAsync(silo.Grains.GetGrain<ICallTargetGrain>(index), 1000));
        await MeasureAsync("grainToGrainValueTask", index => silo.Grains.GetGrain<ICallSourceGrain>(index).CallValueAsync(silo.Grains.GetGrain<ICallTargetGrain>(index), 1000));
        return results;

        async Task MeasureAsync(string name, Func<int, Task> call1000)
        {
            // The first second is for the compiler.
            await RunForAsync(TimeSpan.FromSeconds(1), callers, call1000);
            var collections = GC.CollectionCount(2);
            var allocated = GC.GetTotalAllocatedBytes();
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            var calls = 1000 * await RunForAsync(TimeSpan.FromSeconds(seconds), callers, call1000);
            var elapsed = watch.Elapsed.TotalSeconds;
            results[$"{name}CallsPerSecond"] = Math.Round(calls / elapsed);
            results[$"{name}BytesPerCall"] = Math.Round((double)(GC.GetTotalAllocatedBytes() - allocated) / calls, 1);
            results[$"{name}ProcessorMicrosecondsPerCall"] = Math.Round((Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMicroseconds / calls, 3);
            results[$"{name}FullCollections"] = GC.CollectionCount(2) - collections;
        }
    }

    private static async Task CallFromOutsideAsync(ICallTargetGrain target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await target.AddAsync(1);
        }
    }

    /// <returns>How many times the work was done.</returns>
    private static async Task<long> RunForAsync(TimeSpan duration, int callers, Func<int, Task> work)
    {
        var watch = Stopwatch.StartNew();
        var done = await Task.WhenAll(Enumerable.Range(0, callers).Select(index => Task.Run(async () =>
        {
            long count = 0;
            while (watch.Elapsed < duration)
            {
                await work(index);
                count++;
            }

            return count;
        })));
        return done.Sum();
    }
}
