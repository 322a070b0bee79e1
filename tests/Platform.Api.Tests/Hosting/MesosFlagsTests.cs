using System.CommandLine;
using Platform.Api.Mesos;
using Platform.Host.Hosting;

namespace Platform.Api.Tests.Hosting;

/// <summary>How a control plane names itself to clients of Mesos, on its command line.</summary>
public sealed class MesosFlagsTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("--hostname=node1.example --cluster=mine", "node1.example", "mine")]
    [InlineData("--hostname 10.0.0.7 --cluster-name mine", "10.0.0.7", "mine")]
    public void It_is_named_as_it_was_told(string line, string? hostname, string? cluster)
    {
        var (flags, command, options) = (new MesosFlags(), new RootCommand(), new MesosOptions());
        flags.AddTo(command);
        var result = command.Parse(line);
        result.Errors.ShouldBeEmpty();
        flags.Of(result)(options);
        (options.Hostname, options.Cluster).ShouldBe((hostname, cluster));
    }

    [Fact]
    public void A_silo_has_its_cluster_by_another_option_of_the_name()
    {
        var own = new Option<string>("--cluster");
        var (flags, command, options) = (new MesosFlags(), new RootCommand { own }, new MesosOptions());
        flags.AddTo(command);
        var result = command.Parse("--cluster id --cluster-name mine");
        result.Errors.ShouldBeEmpty();
        flags.Of(result)(options);
        (result.GetValue(own), options.Cluster).ShouldBe(("id", "mine"));
    }

    [Fact]
    public void A_name_that_no_host_can_have_is_refused()
    {
        var (flags, command) = (new MesosFlags(), new RootCommand());
        flags.AddTo(command);
        command.Parse("--hostname http://here").Errors.ShouldHaveSingleItem();
    }
}
