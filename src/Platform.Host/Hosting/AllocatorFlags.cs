using System.Collections.Immutable;
using System.CommandLine;
using Platform.Api.Mesos;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Mesos.Protocol;

namespace Platform.Host.Hosting;

/// <summary>Settings of the allocator that can be given on the command line of a control plane, also in Mesos' spelling.</summary>
internal sealed class AllocatorFlags
{
    private const string LeastDefault = "cpus:0.01|mem:32";

    private readonly Option<string> least = new("--min-allocatable-resources", "--min_allocatable_resources")
    {
        Description = $"The least that an offer to a framework holds: any one of quantities between |. Default: {LeastDefault}.",
        HelpName = "QUANTITIES",
        DefaultValueFactory = _ => LeastDefault,
    };

    private readonly Option<string?> offerTimeout = new("--offer-timeout", "--offer_timeout")
    {
        Description = "After this an offer that a framework has not answered is taken back, such as 30secs or 5mins. Default: never.",
        HelpName = "DURATION",
    };

    private readonly Option<string?> excluded = new("--fair-sharing-excluded-resource-names", "--fair_sharing_excluded_resource_names")
    {
        Description = "Resources, separated by commas, that do not count for fair shares. Default: none.",
        HelpName = "NAMES",
    };

    private readonly Option<bool> filterGpus = new("--filter-gpu-resources", "--filter_gpu_resources")
    {
        Description = "Offer agents with GPUs only to frameworks that ask for GPUs. Default: true.",
        HelpName = "true|false",
        DefaultValueFactory = _ => true,
    };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[least, offerTimeout, excluded, filterGpus])
            command.Add(option);
        least.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && ParseLeast(text) is null)
                result.AddError($"--min-allocatable-resources {text} is not like {LeastDefault}");
        });
        offerTimeout.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!DurationText.TryParse(text, out var duration) || duration <= TimeSpan.Zero))
                result.AddError($"--offer-timeout {text} is not a duration above 0 such as 30secs, 5mins or 1hrs");
        });
    }

    internal AllocatorOptions Of(ParseResult result) => new()
    {
        MinAllocatable = ParseLeast(result.GetValue(least)!)!.Value,
        OfferTimeout = result.GetValue(offerTimeout) is { } text && DurationText.TryParse(text, out var duration) ? duration : null,
        ExcludedFromFairness = [.. Names(result)],
        FilterGpuResources = result.GetValue(filterGpus),
    };

    /// <summary>What clients of Mesos are told of it.</summary>
    internal Action<MesosOptions> FlagsOf(ParseResult result) => options =>
    {
        var flags = new SortedDictionary<string, string>(options.Flags.ToDictionary(), StringComparer.Ordinal)
        {
            ["min_allocatable_resources"] = result.GetValue(least)!,
            ["filter_gpu_resources"] = result.GetValue(filterGpus) ? "true" : "false",
        };
        if (result.GetValue(offerTimeout) is { } timeout)
            flags["offer_timeout"] = timeout;
        if (Names(result) is { Length: > 0 } names)
            flags["fair_sharing_excluded_resource_names"] = string.Join(',', names);
        options.Flags = flags;
    };

    private string[] Names(ParseResult result) => (result.GetValue(excluded) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static ImmutableArray<ResourceQuantities>? ParseLeast(string text)
    {
        try
        {
            return [.. text.Split('|', StringSplitOptions.TrimEntries).Select(ResourceQuantities.Parse)];
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
