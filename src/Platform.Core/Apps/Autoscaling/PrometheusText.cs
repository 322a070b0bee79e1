using System.Globalization;

namespace Platform.Core.Apps;

/// <summary>Reads the text format in which programs expose metrics: Prometheus 0.0.4, and OpenMetrics 1.0 as far as sums need it.</summary>
public static class PrometheusText
{
    /// <summary>Sums a metric over all its series; null: it is not exposed. Lines that cannot be read, and values that are no finite number, are passed over.</summary>
    /// <remarks>
    /// A counter is what a TYPE line calls one, and the <c>_count</c>, <c>_sum</c> and <c>_bucket</c> of a histogram or summary. Without a TYPE
    /// line the ending <c>_total</c> tells, which OpenMetrics requires of counters.
    /// </remarks>
    /// <param name="text">What was exposed.</param>
    /// <param name="metric">The name of the metric, without labels.</param>
    public static PrometheusSum? Sum(string text, string metric)
    {
        string? declared = null;
        var total = 0d;
        var found = false;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.Trim();
            if (line.IsEmpty)
                continue;
            if (line[0] == '#')
            {
                declared ??= TypeOf(line, metric);
                continue;
            }
            if (!line.StartsWith(metric, StringComparison.Ordinal) || ValueOf(line[metric.Length..]) is not { } value)
                continue;
            found = true;
            total += value;
        }
        return found ? new(total, declared is null ? metric.EndsWith("_total", StringComparison.Ordinal) : IsCounter(declared, metric)) : null;
    }

    // # TYPE name type; the type of a family is also that of its series with an ending.
    private static string? TypeOf(ReadOnlySpan<char> line, string metric)
    {
        var words = line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 4 || words[0] != "#" || words[1] != "TYPE" || !metric.StartsWith(words[2], StringComparison.Ordinal))
            return null;
        var ending = metric[words[2].Length..];
        return ending is "" or "_total" or "_count" or "_sum" or "_bucket" ? words[3] : null;
    }

    private static bool IsCounter(string type, string metric) => type switch
    {
        "counter" => true,
        "histogram" or "summary" =>
            metric.EndsWith("_count", StringComparison.Ordinal) || metric.EndsWith("_sum", StringComparison.Ordinal) || metric.EndsWith("_bucket", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The value after a name; null if the name goes on or there is no value.</summary>
    private static double? ValueOf(ReadOnlySpan<char> rest)
    {
        // Behind the name come labels or a blank; anything else is a longer name.
        if (rest.IsEmpty || rest[0] != '{' && !char.IsWhiteSpace(rest[0]))
            return null;
        rest = rest.TrimStart();
        if (!rest.IsEmpty && rest[0] == '{')
        {
            var end = EndOfLabels(rest);
            if (end < 0)
                return null;
            rest = rest[(end + 1)..].TrimStart();
        }
        var space = rest.IndexOfAny(' ', '\t');
        var number = space < 0 ? rest : rest[..space];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
    }

    // A label's value may hold braces, and quotes behind a backslash.
    private static int EndOfLabels(ReadOnlySpan<char> labels)
    {
        var quoted = false;
        for (var i = 1; i < labels.Length; i++)
        {
            if (quoted && labels[i] == '\\')
                i++;
            else if (labels[i] == '"')
                quoted = !quoted;
            else if (!quoted && labels[i] == '}')
                return i;
        }
        return -1;
    }
}
