using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Operations;

/// <summary>What a control plane tells of itself.</summary>
public sealed class TelemetryTests(ITestOutputHelper output)
{
    [Fact]
    public async Task It_is_ready_shows_its_metrics_and_tells_a_collector()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await CollectAsync(received);
        await using var cluster = await Cluster.StartAsync(output, 1, "--otlp", collector.Urls.First());
        await cluster.DeployAsync("""{"id": "/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 16}""");

        var ready = await cluster.GetAsync("/ready");
        ready.GetProperty("ready").GetBoolean().ShouldBeTrue();
        ready.GetProperty("checks").EnumerateObject().Select(check => (check.Name, check.Value.GetString())).ShouldBe([("allocator", "ok"), ("gate", "ok"), ("process", "ok")]);

        // Gauges of the cluster are measured every 10 s.
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        var text = "";
        await cluster.UntilAsync("metrics tell of the task", async () => (text = await http.GetStringAsync("/metrics/prometheus")).Contains("\nplatform_tasks 1\n", StringComparison.Ordinal));
        text.ShouldContain("# HELP marathon_apps_active_gauge Apps.\n# TYPE marathon_apps_active_gauge gauge\nmarathon_apps_active_gauge 1\n");
        text.ShouldContain("# TYPE platform_events_total counter\n");
        text.ShouldContain("platform_events_total{type=\"deployment_success\"} 1\n");
        text.ShouldContain("platform_agents{state=\"connected\"} 1\n");
        text.ShouldContain("# TYPE platform_storage_write_duration_seconds histogram\n");
        text.ShouldContain("platform_storage_write_duration_seconds_bucket{le=\"+Inf\"} ");
        text.ShouldContain("http_server_request_duration_seconds_count{");
        text.ShouldContain("orleans_");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
            line.ShouldMatch("""^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"\n]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"\n]*")*\})? (-?[0-9.]+([eE][+-]?[0-9]+)?|[+-]Inf|NaN))$""");
        text.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).ShouldBeUnique();

        // What is not told yet is told at an orderly stop.
        await cluster.Server.TerminateAsync();
        received["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"].ShouldContain("platform.events");
        received["/opentelemetry.proto.collector.trace.v1.TraceService/Export"].ShouldContain("IDeploymentGrain");
    }

    /// <summary>Takes what a collector takes: calls of gRPC, each answered with an empty message.</summary>
    private static async Task<WebApplication> CollectAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(http.Request.Path, _ => Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return app;
    }
}
