using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Platform.Core.Allocation;

/// <summary>
/// Reads the options of a scenario. Known: <c>interval</c> (seconds), and by any name that contains the word: <c>exclude</c>
/// (scalars left out of fairness), <c>minAllocatable</c> (quantities), <c>gpu</c> (whether agents with GPUs are filtered),
/// <c>domain</c> (region and zone of the control plane), <c>hierarchical</c> (whether quota binds subroles; false as in the
/// original). Others do not concern allocation.
/// </summary>
internal static class ScenarioOptions
{
    internal static (AllocatorOptions Options, TimeSpan Interval) Read(JsonElement element)
    {
        var options = new AllocatorOptions { HierarchicalQuota = false };
        var interval = TimeSpan.FromSeconds(1);
        if (element.ValueKind != JsonValueKind.Object)
            return (options, interval);
        foreach (var option in element.EnumerateObject())
        {
            var name = option.Name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
            if (option.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (name == "INTERVAL" || name == "ALLOCATIONINTERVAL")
                interval = ReadDuration(option.Value);
            else if (name.Contains("EXCLU", StringComparison.Ordinal))
                options = options with { ExcludedFromFairness = [.. Texts(option.Value)] };
            else if (name.Contains("MINALLOC", StringComparison.Ordinal))
                options = options with { MinAllocatable = [.. Texts(option.Value).Select(ResourceQuantities.Parse)] };
            else if (name.Contains("GPU", StringComparison.Ordinal))
                options = options with { FilterGpuResources = option.Value.GetBoolean() };
            else if (name.Contains("DOMAIN", StringComparison.Ordinal))
                options = options with { FaultDomain = ReadDomain(option.Value) };
            else if (name.Contains("HIERARCHICAL", StringComparison.Ordinal))
                options = options with { HierarchicalQuota = option.Value.GetBoolean() };
        }
        if (interval <= TimeSpan.Zero)
            throw new FormatException("the interval must be above zero");
        return (options, interval);
    }

    /// <summary>Reads a fault domain: an object with <c>region</c> and <c>zone</c>, or a text <c>region/zone</c>.</summary>
    internal static FaultDomain ReadDomain(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return new(value.GetProperty("region").GetString()!, value.TryGetProperty("zone", out var zone) ? zone.GetString()! : "");
        var words = value.GetString()!.Split('/', 2);
        return new(words[0], words.Length > 1 ? words[1] : "");
    }

    /// <summary>Seconds as a number, or a text with a unit: <c>500ms</c>, <c>60secs</c>, <c>1mins</c>.</summary>
    private static TimeSpan ReadDuration(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
            return TimeSpan.FromSeconds(value.GetDouble());
        var text = value.GetString()!.Trim();
        var digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        var number = double.Parse(text[..digits], CultureInfo.InvariantCulture);
        return text[digits..].Trim() switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "" or "s" or "sec" or "secs" => TimeSpan.FromSeconds(number),
            "m" or "min" or "mins" => TimeSpan.FromMinutes(number),
            _ => throw new FormatException($"'{text}' is not a duration such as 60secs"),
        };
    }

    private static ImmutableArray<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray().Select(item => item.GetString()!)],
        JsonValueKind.String => [.. value.GetString()!.Split([',', '|'], StringSplitOptions.RemoveEmptyEntries)],
        _ => [],
    };
}
