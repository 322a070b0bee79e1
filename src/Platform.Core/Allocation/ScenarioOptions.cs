using System.Collections.Immutable;
using System.Text.Json;

namespace Platform.Core.Allocation;

/// <summary>
/// Reads the options of a scenario. Known: <c>interval</c> (seconds), and by any name that contains the word: <c>exclude</c>
/// (scalars left out of fairness), <c>minAllocatable</c> (quantities), <c>gpu</c> (whether agents with GPUs are filtered),
/// <c>hierarchical</c> (whether quota binds subroles; false as in the original). Others do not concern allocation.
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
            if (name == "INTERVAL" || name == "ALLOCATIONINTERVAL")
                interval = TimeSpan.FromSeconds(option.Value.GetDouble());
            else if (name.Contains("EXCLU", StringComparison.Ordinal))
                options = options with { ExcludedFromFairness = [.. Texts(option.Value)] };
            else if (name.Contains("MINALLOC", StringComparison.Ordinal))
                options = options with { MinAllocatable = [.. Texts(option.Value).Select(ResourceQuantities.Parse)] };
            else if (name.Contains("GPU", StringComparison.Ordinal))
                options = options with { FilterGpuResources = option.Value.GetBoolean() };
            else if (name.Contains("HIERARCHICAL", StringComparison.Ordinal))
                options = options with { HierarchicalQuota = option.Value.GetBoolean() };
        }
        if (interval <= TimeSpan.Zero)
            throw new FormatException("the interval must be above zero");
        return (options, interval);
    }

    private static ImmutableArray<string> Texts(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
        : [.. value.GetString()!.Split(',', '|')];
}
