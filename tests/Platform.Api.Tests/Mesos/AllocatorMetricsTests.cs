using System.Diagnostics.Metrics;

namespace Platform.Api.Tests.Mesos;

public sealed class AllocatorMetricsTests
{
    [Fact]
    public async Task How_long_rounds_took_and_were_waited_for_is_told_and_measured()
    {
        var measured = new Dictionary<string, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name.StartsWith("platform.allocator.", StringComparison.Ordinal))
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, seconds, _, _) =>
        {
            seconds.ShouldBeGreaterThanOrEqualTo(0);
            lock (measured)
                measured[instrument.Name] = measured.GetValueOrDefault(instrument.Name) + 1;
        });
        listener.Start();
        var server = new MesosServer();
        await server.InitializeAsync();
        try
        {
            using var stream = await MesosStream.OpenAsync(server.Http, "/api/v1", """{"type":"SUBSCRIBE"}""");
            foreach (var app in (string[])["/one", "/two"])
            {
                await server.AddAppAsync(app);
                await stream.UntilAsync(json => json.GetProperty("type").GetString() == "TASK_UPDATED" && json.GetProperty("task_updated").GetProperty("state").GetString() == "TASK_RUNNING");
            }
            var metrics = (await server.SendAsync("GET", "/metrics/snapshot")).Json;
            double Value(string name) => metrics.GetProperty("allocator/mesos/" + name).GetDouble();
            Value("allocation_runs").ShouldBeGreaterThanOrEqualTo(2);
            foreach (var name in (string[])["allocation_run_ms", "allocation_run_latency_ms"])
            {
                Value($"{name}/count").ShouldBeGreaterThanOrEqualTo(2);
                double[] rising = [0, Value($"{name}/min"), .. ((string[])["p50", "p90", "p95", "p99", "p999", "p9999", "max"]).Select(part => Value($"{name}/{part}"))];
                rising.ShouldBeInOrder();
                Value(name).ShouldBeInRange(rising[1], rising[^1]);
            }
            lock (measured)
                measured.Keys.Order().ShouldBe(["platform.allocator.round.duration", "platform.allocator.round.wait"]);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
