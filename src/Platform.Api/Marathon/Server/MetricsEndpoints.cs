using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Server;

/// <summary><c>/metrics</c> as JSON and <c>/metrics/prometheus</c> as text, with Marathon's names; in the text all that is measured besides.</summary>
internal sealed class MetricsEndpoints(MarathonApi api, IExposition? exposition)
{
    private readonly DateTimeOffset _start = api.Time.GetUtcNow();

    public static void Map(ApiRouter routes, MarathonApi api, IExposition? exposition)
    {
        var metrics = new MetricsEndpoints(api, exposition);
        routes.Get("/metrics/prometheus", metrics.TextAsync).Needs(Right.OnOperations(AccessAction.Read, "system-metrics"));
        routes.Get("/metrics", metrics.JsonAsync).Needs(Right.OnOperations(AccessAction.Read, "system-metrics"));
    }

    private async Task<IReadOnlyList<(string Name, string Help, double Value)>> MeasureAsync()
    {
        var deployments = await api.Reader.Groups.GetDeploymentsAsync();
        var tree = await api.Reader.Groups.GetAsync();
        var apps = await api.Reader.ListAppsAndPodsAsync();
        var pods = apps.Count(app => app.Definition.Spec.Pod is not null);
        var counts = TaskCounts.Of(apps.SelectMany(app => app.Status?.Instances ?? default));
        return
        [
            ("marathon.apps.active.gauge", "Apps.", apps.Count - pods),
            ("marathon.groups.active.gauge", "Groups, the root included.", tree?.Groups.Count ?? 0),
            ("marathon.pods.active.gauge", "Pods.", pods),
            ("marathon.deployments.active.gauge", "Deployments that run.", deployments.Count),
            ("marathon.instances.staged.gauge", "Instances that were launched and do not run yet.", counts.Staged),
            ("marathon.instances.running.gauge", "Instances that run.", counts.Running),
            ("marathon.instances.healthy.gauge", "Instances whose health checks pass.", counts.Healthy),
            ("marathon.instances.unhealthy.gauge", "Instances whose health checks fail.", counts.Unhealthy),
            ("marathon.instances.waiting.gauge", "Instances that wait for a place.", apps.Sum(app => app.Status?.Queue?.Count ?? 0)),
            ("marathon.uptime.gauge.seconds", "Since the control plane was started.", Math.Round((api.Time.GetUtcNow() - _start).TotalSeconds, 3)),
            ("marathon.memory.used.gauge.bytes", "Memory of the control plane's process.", Environment.WorkingSet),
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
            foreach (var (name, _, value) in gauges)
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
        foreach (var (name, help, value) in await MeasureAsync())
        {
            var prometheus = name.Replace('.', '_');
            text.Append(CultureInfo.InvariantCulture, $"# HELP {prometheus} {help}\n# TYPE {prometheus} gauge\n{prometheus} {value}\n");
        }
        text.Append(exposition?.Write());
        return Results.Text(text.ToString(), "text/plain; version=0.0.4", Encoding.UTF8);
    }
}
