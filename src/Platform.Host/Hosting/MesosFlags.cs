using System.CommandLine;
using Platform.Api.Mesos;

namespace Platform.Host.Hosting;

/// <summary>How a control plane names itself to clients of Mesos, in the spelling of a master of Mesos.</summary>
internal sealed class MesosFlags
{
    private const string ClusterName = "--cluster";

    private readonly Option<string?> hostname = new("--hostname")
    {
        Description = "The name or address under which clients of Mesos are told to reach this control plane. Default: the one that they came by.",
        HelpName = "HOST",
    };

    private readonly Option<string?> cluster = new("--cluster-name")
    {
        Description = "The cluster's name for people who look at it by tools of Mesos. Default: none; of a silo the cluster's id.",
        HelpName = "NAME",
    };

    internal void AddTo(Command command)
    {
        // A silo's is the id of the cluster that it joins.
        if (command.Options.All(option => option.Name != ClusterName))
            cluster.Aliases.Add(ClusterName);
        command.Add(hostname);
        command.Add(cluster);
        hostname.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Uri.CheckHostName(text) == UriHostNameType.Unknown)
                result.AddError($"--hostname {text} is neither the name of a host nor an address");
        });
    }

    /// <summary>What clients of Mesos are told of it.</summary>
    internal Action<MesosOptions> Of(ParseResult result) => options =>
    {
        options.Hostname = result.GetValue(hostname);
        options.Cluster = result.GetValue(cluster);
    };
}
