using System.CommandLine;
using Platform.Api.Mesos;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Host.Hosting;

namespace Platform.Api.Tests.Hosting;

/// <summary>Settings of the allocator on the command line.</summary>
public sealed class AllocatorFlagsTests
{
    private readonly AllocatorFlags _flags = new();

    private ParseResult Parse(params string[] line)
    {
        var command = new RootCommand();
        _flags.AddTo(command);
        return command.Parse(line);
    }

    [Fact]
    public void Without_them_all_is_as_in_Mesos()
    {
        var result = Parse();
        result.Errors.ShouldBeEmpty();
        var (options, standard) = (_flags.Of(result), new AllocatorOptions());
        options.MinAllocatable.ShouldBe(standard.MinAllocatable);
        (options.OfferTimeout, options.FilterGpuResources, options.ExcludedFromFairness.Count).ShouldBe((null, true, 0));
        var told = new MesosOptions();
        _flags.FlagsOf(result)(told);
        told.Flags.ShouldBe(new MesosOptions().Flags);
    }

    [Fact]
    public void They_are_taken_in_Mesos_spelling_too_and_told_to_its_clients()
    {
        var result = Parse("--min_allocatable_resources", "cpus:0.5;mem:100|gpus:1", "--offer_timeout", "30secs", "--fair-sharing-excluded-resource-names", "gpus, disk", "--filter_gpu_resources=false");
        result.Errors.ShouldBeEmpty();
        var options = _flags.Of(result);
        options.MinAllocatable.ShouldBe([ResourceQuantities.Of(cpus: 500, mem: 100_000), ResourceQuantities.Of(gpus: 1000)]);
        options.OfferTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        options.ExcludedFromFairness.Order().ShouldBe(["disk", "gpus"]);
        options.FilterGpuResources.ShouldBeFalse();
        var told = new MesosOptions();
        _flags.FlagsOf(result)(told);
        (told.Flags["min_allocatable_resources"], told.Flags["offer_timeout"], told.Flags["fair_sharing_excluded_resource_names"], told.Flags["filter_gpu_resources"])
            .ShouldBe(("cpus:0.5;mem:100|gpus:1", "30secs", "gpus,disk", "false"));
    }

    [Theory]
    [InlineData("--offer-timeout", "soon")]
    [InlineData("--offer-timeout", "0secs")]
    [InlineData("--min-allocatable-resources", "cpus")]
    [InlineData("--filter-gpu-resources", "perhaps")]
    public void What_makes_no_sense_is_refused(string name, string value) => Parse(name, value).Errors.Count.ShouldBe(1);
}
