using System.Globalization;
using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;

namespace Platform.Api.Marathon.Server;

/// <summary><c>/metrics</c> as JSON and <c>/metrics/prometheus</c> as text, with Marathon's names.</summary>
internal sealed class MetricsEndpoints(MarathonApi api)
{
    private readonly DateTimeOffset _start = api.Time.GetUtcNow();

    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var metrics = new MetricsEndpoints(api);
        routes.Get("/metrics/prometheus", metrics.TextAsync);
        routes.Get("/metrics", metrics.JsonAsync);
    }

    private async Task<IReadOnlyList<(string Name, double Value)>> MeasureAsync()
    {
        var deployments = await api.Reader.Groups.GetDeploymentsAsync();
        var tree = await api.Reader.Groups.GetAsync();
        var apps = await api.Reader.ListAppsAndPodsAsync();
        var pods = apps.Count(app => app.Definition.Spec.Pod is not null);
        var counts = TaskCounts.Of(apps.SelectMany(app => app.Status?.Instances ?? default));
        return
        [
            ("marathon.apps.active.gauge", apps.Count - pods),
            ("marathon.groups.active.gauge", tree?.Groups.Count ?? 0),
            ("marathon.pods.active.gauge", pods),
            ("marathon.deployments.active.gauge", deployments.Count),
            ("marathon.instances.staged.gauge", counts.Staged),
            ("marathon.instances.running.gauge", counts.Running),
            ("marathon.instances.healthy.gauge", counts.Healthy),
            ("marathon.instances.unhealthy.gauge", counts.Unhealthy),
            ("marathon.instances.waiting.gauge", apps.Sum(app => app.Status?.Queue?.Count ?? 0)),
            ("marathon.uptime.gauge.seconds", Math.Round((api.Time.GetUtcNow() - _start).TotalSeconds, 3)),
            ("marathon.memory.used.gauge.bytes", Environment.WorkingSet),
        ];
    }

    private async Task<IResult> JsonAsync(ApiRequest request)
    {
        var gauges = await MeasureAsync();
        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            // The version of the format, which is that of the library whose form this is.
            writer.WriteString("version", "4.0.0");
            writer.WriteString("start", Timestamps.Of(_start));
            writer.WriteString("end", Timestamps.Of(api.Time.GetUtcNow()));
            foreach (var empty in (string[])["counters", "histograms", "meters", "timers"])
            {
                writer.WriteStartObject(empty);
                writer.WriteEndObject();
            }
            writer.WriteStartObject("gauges");
            foreach (var (name, value) in gauges)
            {
                writer.WriteStartObject(name);
                writer.WriteNumber("value", value);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private async Task<IResult> TextAsync(ApiRequest request)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in await MeasureAsync())
        {
            var prometheus = name.Replace('.', '_');
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {prometheus} gauge\n{prometheus} {value}\n");
        }
        return Results.Text(text.ToString(), MediaTypeNames.Text.Plain);
    }
}
