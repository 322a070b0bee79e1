using System.Net;

namespace Platform.Core.Registry;

/// <summary>The records of tasks, agents, frameworks and masters, with Mesos-DNS' names.</summary>
/// <remarks>The rules are those of Mesos-DNS' records/generator.go; names are absolute (with the dot at the end).</remarks>
/// <param name="Domain">The zone without a dot at its end. Default <c>mesos</c>.</param>
/// <param name="Rule">Which names labels are made of.</param>
public sealed record MesosDnsNames(string Domain = "mesos", DnsLabelRule Rule = DnsLabelRule.Rfc1123)
{
    private static readonly string[] BothProtocols = ["tcp", "udp"];
    private static readonly string[] SlaveOnly = [".slave"];
    private static readonly string[] SlaveAndPlain = [".slave", ""];

    /// <summary>The records of a running task. A record may come more than once.</summary>
    public IEnumerable<DnsRecord> OfTask(ServiceEndpoint task)
    {
        if (string.IsNullOrEmpty(task.DiscoveryName))
            return OfTask(task, DnsLabels.Label(task.Name, Rule), isDiscovered: false);
        // Under the name as it is given (its dots stay), where DNS can carry it, and as one label.
        var label = DnsLabels.Label(task.DiscoveryName, Rule);
        var plain = DnsLabels.IsName(task.DiscoveryName) ? OfTask(task, task.DiscoveryName, isDiscovered: true) : [];
        return task.DiscoveryName == label ? plain : plain.Concat(OfTask(task, label, isDiscovered: true));
    }

    /// <summary>The names that the records of a task are made from, lower case, without what stands before and after: <c>web.shop.marathon</c> and <c>web-shop.marathon</c>.</summary>
    public IEnumerable<string> BasesOf(ServiceEndpoint task)
    {
        var framework = DnsLabels.Fragment(task.Framework, Rule);
        var given = string.IsNullOrEmpty(task.DiscoveryName) ? task.Name : task.DiscoveryName;
        var label = DnsLabels.Label(given, Rule);
        if (label.Length > 0)
            yield return Under(label, framework);
        var plain = given.ToLowerInvariant();
        if (!string.IsNullOrEmpty(task.DiscoveryName) && plain != label && DnsLabels.IsName(plain))
            yield return Under(plain, framework);
    }

    /// <summary>The absolute name that only this task has, such as <c>web-shop-x5ewy-s0.marathon.mesos.</c></summary>
    public string CanonicalOf(ServiceEndpoint task) =>
        $"{Canonical(task, DnsLabels.Label(string.IsNullOrEmpty(task.DiscoveryName) ? task.Name : task.DiscoveryName, Rule), DnsLabels.Fragment(task.Framework, Rule))}.{Domain}.";

    private static string Canonical(ServiceEndpoint task, string name, string framework) =>
        Under($"{name}-{TaskIdHash.Of(task.Id)}-{AgentTail(task.AgentId)}", framework);

    private IEnumerable<DnsRecord> OfTask(ServiceEndpoint task, string name, bool isDiscovered)
    {
        var framework = DnsLabels.Fragment(task.Framework, Rule);
        if (name.Length == 0 || framework.Length == 0)
            yield break;
        IReadOnlyList<string> taskAddresses = task.TaskAddresses, agentAddresses = task.AgentAddresses;
        IReadOnlyList<EndpointPort> ports = task.Ports;
        var tail = $".{Domain}.";
        var canonical = Canonical(task, name, framework);
        var plain = Under(name, framework);
        foreach (var address in taskAddresses)
        {
            yield return DnsRecord.Address(plain + tail, address);
            yield return DnsRecord.Address(canonical + tail, address);
        }
        foreach (var address in agentAddresses)
        {
            yield return DnsRecord.Address($"{plain}.slave{tail}", address);
            yield return DnsRecord.Address($"{canonical}.slave{tail}", address);
        }
        foreach (var port in ports.Where(port => port.HostPort > 0).Select(port => port.HostPort).Distinct())
        {
            foreach (var below in isDiscovered ? SlaveOnly : SlaveAndPlain)
            {
                foreach (var protocol in BothProtocols)
                    yield return new($"_{name}._{protocol}.{framework}{below}{tail}", DnsRecordType.Srv, $"{canonical}.slave{tail}", port);
            }
        }
        if (!isDiscovered)
            yield break;
        foreach (var port in ports)
        {
            var number = DiscoveredNumber(port);
            if (number == 0 || port.IsHidden)
                continue;
            var portName = DnsLabels.Label(port.Name ?? "", Rule);
            var protocols = port.Protocols().Select(protocol => DnsLabels.Label(protocol, Rule)).Where(protocol => protocol.Length > 0).ToArray();
            foreach (var protocol in protocols.Length > 0 ? protocols : BothProtocols)
            {
                var service = $"_{name}._{protocol}.{framework}{tail}";
                yield return new(service, DnsRecordType.Srv, canonical + tail, number);
                if (portName.Length > 0)
                    yield return new($"_{portName}.{service}", DnsRecordType.Srv, canonical + tail, number);
            }
        }
    }

    /// <summary>The number that Marathon's DiscoveryInfo has for a port: that on the agent if it is published, otherwise that in the container.</summary>
    public static int DiscoveredNumber(EndpointPort port) => port.HostPort > 0 ? port.HostPort : port.ContainerPort;

    /// <summary>The records of a framework: its own address, and its port if it listens on one.</summary>
    /// <param name="framework">Its name.</param>
    /// <param name="addresses">Its addresses.</param>
    /// <param name="port">The port of its driver, or 0.</param>
    public IEnumerable<DnsRecord> OfFramework(string framework, IReadOnlyList<string> addresses, int port)
    {
        var name = $"{DnsLabels.Fragment(framework, Rule)}.{Domain}.";
        if (addresses.Count == 0 || name.StartsWith('.'))
            yield break;
        foreach (var address in addresses)
            yield return DnsRecord.Address(name, address);
        if (port > 0)
            yield return new($"_framework._tcp.{name}", DnsRecordType.Srv, name, port);
    }

    /// <summary>The records of an agent.</summary>
    /// <param name="addresses">Its addresses; what is none is left out.</param>
    /// <param name="port">The port that it listens on, or 0.</param>
    public IEnumerable<DnsRecord> OfAgent(IReadOnlyList<string> addresses, int port)
    {
        var isFound = false;
        foreach (var address in addresses.Where(address => IPAddress.TryParse(address, out _)))
        {
            isFound = true;
            yield return DnsRecord.Address($"slave.{Domain}.", address);
        }
        if (isFound && port > 0)
            yield return new($"_slave._tcp.{Domain}.", DnsRecordType.Srv, $"slave.{Domain}.", port);
    }

    /// <summary>The addresses under which a task of the agent is found below <c>.slave</c>: those that are addresses, or its host's name made a name of DNS.</summary>
    public IReadOnlyList<string> AgentAddresses(string host, IReadOnlyList<string> addresses)
    {
        var parsed = addresses.Where(address => IPAddress.TryParse(address, out _)).ToList();
        return parsed.Count > 0 ? parsed : [DnsLabels.Fragment(host, Rule)];
    }

    /// <summary>The records of the masters (silos): <c>leader</c>, <c>master</c>, <c>masterN</c>.</summary>
    /// <param name="masters">All masters in the order of their numbers; one that comes twice counts once.</param>
    /// <param name="leader">The leading one; it need not be among them, and is numbered last then.</param>
    public IEnumerable<DnsRecord> OfMasters(IReadOnlyList<IPEndPoint> masters, IPEndPoint leader)
    {
        yield return DnsRecord.Address($"leader.{Domain}.", leader.Address.ToString());
        yield return DnsRecord.Address($"master.{Domain}.", leader.Address.ToString());
        foreach (var protocol in BothProtocols)
            yield return new($"_leader._{protocol}.{Domain}.", DnsRecordType.Srv, $"leader.{Domain}.", leader.Port);
        var known = new HashSet<IPAddress> { leader.Address };
        var isLeaderNumbered = false;
        var number = 0;
        foreach (var master in masters)
        {
            var isLeader = master.Equals(leader);
            if (isLeader ? isLeaderNumbered : !known.Add(master.Address))
                continue;
            if (!isLeader)
                yield return DnsRecord.Address($"master.{Domain}.", master.Address.ToString());
            yield return DnsRecord.Address($"master{number++}.{Domain}.", master.Address.ToString());
            isLeaderNumbered |= isLeader;
        }
        if (!isLeaderNumbered)
            yield return DnsRecord.Address($"master{number}.{Domain}.", leader.Address.ToString());
    }

    /// <summary>The end of an agent's id: what follows the last "-", in lower case; <c>ext</c> for what was registered from outside and has no agent.</summary>
    public static string AgentTail(string agentId) => agentId.Length == 0 ? "ext" : agentId[(agentId.LastIndexOf('-') + 1)..].ToLowerInvariant();

    private static string Under(string name, string framework) => $"{name}.{framework}";
}
