using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Platform.Storage.Records;

/// <summary>Measures the writes of records, of all silos of a process. The meter is <c>Platform.Storage</c>.</summary>
internal static class StorageMeter
{
    private static readonly Meter Meter = new("Platform.Storage");

    private static readonly Histogram<double> Writes = Meter.CreateHistogram<double>(
        "platform.storage.write.duration", "s", "How long it took until a grain's write was durable.", advice: new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("platform.storage.write.failures", "{write}", "Writes that the store refused or did not answer.");

    /// <summary>A write is durable.</summary>
    /// <param name="began">When it began, of <see cref="Stopwatch.GetTimestamp"/>.</param>
    internal static void Written(long began)
    {
        if (Writes.Enabled)
            Writes.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>A write failed.</summary>
    internal static void Failed() => Failures.Add(1);
}
