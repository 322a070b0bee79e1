namespace Platform.Core.Registry;

/// <summary>The names that DC/OS adds to those of Mesos-DNS: zones below <c>thisdcos.directory</c>.</summary>
/// <remarks>As dcos-net makes them (dcos_dns_mesos, dcos_l4lb_lashup_vip_listener).</remarks>
public static class DcosNames
{
    /// <summary>The zone of everything that DC/OS names.</summary>
    public const string Zone = "thisdcos.directory";

    /// <summary>The zone with a name for each task: on its container's address, its agent's, or the one of these that works from outside.</summary>
    public const string Tasks = $"dcos.{Zone}";

    /// <summary>The zone of named virtual addresses.</summary>
    public const string VirtualAddresses = $"l4lb.{Zone}";

    /// <summary>The same under its older name.</summary>
    public const string OldVirtualAddresses = $"dclb.{Zone}";

    /// <summary>The records of a running task, such as <c>web-shop.marathon.autoip.dcos.thisdcos.directory.</c></summary>
    public static IEnumerable<DnsRecord> OfTask(ServiceEndpoint task)
    {
        if (BaseOf(task) is not { } name)
            yield break;
        IReadOnlyList<string> ofTask = task.TaskAddresses, ofAgent = task.AgentAddresses;
        // Where a port is published on the agent, that is where the task is reached; otherwise on its own address.
        var isPublished = task.Ports.Any(port => port.HostPort > 0 && port.ContainerPort > 0);
        foreach (var address in ofAgent)
            yield return DnsRecord.Address($"{name}.agentip.{Tasks}.", address);
        foreach (var address in ofTask)
            yield return DnsRecord.Address($"{name}.containerip.{Tasks}.", address);
        foreach (var address in isPublished ? ofAgent : ofTask)
            yield return DnsRecord.Address($"{name}.autoip.{Tasks}.", address);
    }

    /// <summary>What stands before the zone's kind, such as <c>web-shop.marathon</c>; null if the task has no name that DNS can carry.</summary>
    public static string? BaseOf(ServiceEndpoint task)
    {
        var label = DnsLabels.Label(string.IsNullOrEmpty(task.DiscoveryName) ? task.Name : task.DiscoveryName);
        var framework = DnsLabels.Label(task.Framework);
        return label.Length == 0 || framework.Length == 0 ? null : $"{label}.{framework}";
    }
}
