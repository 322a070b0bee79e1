using System.CommandLine;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Platform.Api.Marathon.Server;

namespace Platform.Host.Telemetry;

/// <summary>What a process tells of itself: metrics for who asks, and metrics and traces for a collector.</summary>
internal sealed class TelemetryOptions
{
    internal static readonly string[] Meters =
        ["Platform", "Platform.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private readonly Option<string?> otlp = new("--otlp")
    {
        Description = "The OpenTelemetry collector that metrics and traces are sent to, by gRPC, such as http://127.0.0.1:4317. Default: none.",
        HelpName = "URL",
    };

    internal void AddTo(Command command)
    {
        otlp.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Parse(text) is null)
                result.AddError($"--otlp {text} is not an address such as http://127.0.0.1:4317");
        });
        command.Add(otlp);
    }

    internal Uri? Of(ParseResult result) => Parse(result.GetValue(otlp));

    /// <summary>Adds what measures and tells.</summary>
    /// <param name="services">Of the control plane.</param>
    /// <param name="collector">Who is told; null: only who asks.</param>
    internal static void Add(IServiceCollection services, Uri? collector)
    {
        var text = new PrometheusText();
        services.AddSingleton<IExposition>(text);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("platform", serviceVersion: typeof(TelemetryOptions).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddReader(new BaseExportingMetricReader(text));
                if (collector is not null)
                    metrics.AddOtlpExporter(exporter => exporter.Endpoint = collector);
            });
        if (collector is null)
            return;
        telemetry.WithTracing(tracing => tracing
            .AddSource("Microsoft.AspNetCore", "Microsoft.Orleans.Application")
            .AddOtlpExporter(exporter => exporter.Endpoint = collector));
        // Calls of grains belong to the request that made them.
        services.AddOrleans(silo => silo.AddActivityPropagation());
    }

    private static Uri? Parse(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? url : null;
}
