using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Platform.Api.Marathon.Server;

namespace Platform.Host.Telemetry;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4, collected when somebody asks.</summary>
/// <remarks>
/// Names as OpenTelemetry maps them: dots become underscores, the unit is a suffix, counters end in <c>_total</c>. The exporter that
/// OpenTelemetry has for this was never released.
/// </remarks>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusText : BaseExporter<Metric>, IPullMetricExporter, IExposition
{
    private const int LongestWaitMilliseconds = 5_000;

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["By"] = "bytes",
        ["MBy"] = "megabytes",
        ["%"] = "percent",
    };

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public Func<int, bool>? Collect { get; set; }

    /// <inheritdoc/>
    public string Write()
    {
        lock (_lock)
        {
            _text.Clear();
            Collect?.Invoke(LongestWaitMilliseconds);
            return _text.ToString();
        }
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        // Meters of several silos in one process have instruments of the same name: a family is written once.
        var families = new Dictionary<string, List<Metric>>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var name = NameOf(metric);
            if (!families.TryGetValue(name, out var same))
                families.Add(name, same = []);
            same.Add(metric);
        }
        foreach (var (name, metrics) in families)
            Append(name, metrics);
        return ExportResult.Success;
    }

    private void Append(string name, List<Metric> metrics)
    {
        var type = metrics[0].MetricType.IsHistogram() ? "histogram" : metrics[0].MetricType.IsSum() && !IsUpDown(metrics[0]) ? "counter" : "gauge";
        if (metrics[0].Description is { Length: > 0 } help)
            _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var metric in metrics)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                if (type == "histogram")
                    AppendHistogram(name, point);
                else
                    AppendSample(name, point, "", null, ValueOf(metric.MetricType, point));
            }
        }
    }

    private void AppendHistogram(string name, in MetricPoint point)
    {
        long sum = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            sum += bucket.BucketCount;
            AppendSample(name, point, "_bucket", double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Text(bucket.ExplicitBound), sum);
        }
        AppendSample(name, point, "_sum", null, point.GetHistogramSum());
        AppendSample(name, point, "_count", null, point.GetHistogramCount());
    }

    private void AppendSample(string name, in MetricPoint point, string suffix, string? bound, double value)
    {
        _text.Append(name).Append(suffix);
        var first = true;
        foreach (var (key, tag) in point.Tags)
            AppendLabel(ref first, Clean(key), Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "");
        if (bound is not null)
            AppendLabel(ref first, "le", bound);
        if (!first)
            _text.Append('}');
        _text.Append(' ').Append(Text(value)).Append('\n');
    }

    private void AppendLabel(ref bool first, string key, string value)
    {
        _text.Append(first ? '{' : ',').Append(key).Append("=\"");
        foreach (var character in value)
            _ = character switch
            {
                '\\' => _text.Append(@"\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(character),
            };
        _text.Append('"');
        first = false;
    }

    private static double ValueOf(MetricType type, in MetricPoint point) =>
        type.IsSum() ? type.IsLong() ? point.GetSumLong() : point.GetSumDouble()
        : type.IsLong() ? point.GetGaugeLastValueLong() : point.GetGaugeLastValueDouble();

    private static bool IsUpDown(Metric metric) => metric.MetricType is MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic;

    private static string NameOf(Metric metric)
    {
        var name = Clean(metric.Name);
        // What stands in braces only says what is counted.
        if (Units.TryGetValue(metric.Unit, out var unit) && !name.EndsWith("_" + unit, StringComparison.Ordinal))
            name += "_" + unit;
        return metric.MetricType.IsSum() && !IsUpDown(metric) ? name + "_total" : name;
    }

    private static string Clean(string name)
    {
        var clean = string.Create(name.Length, name, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
        });
        return char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture) switch
    {
        "Infinity" => "+Inf",
        "-Infinity" => "-Inf",
        var number => number,
    };
}
