using System.Net;
using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>The machines that have names of their own in DNS.</summary>
/// <param name="Masters">Where the control plane's processes serve HTTP (<c>10.0.0.1:5050</c>), the leader first.</param>
/// <param name="Agents">The addresses of agents that are there, with the port that they are said to have (<c>10.0.1.1:5051</c>).</param>
public sealed record RegistryNodes(ValueList<string> Masters, ValueList<string> Agents)
{
    /// <summary>Their records: <c>leader.mesos</c>, <c>master.mesos</c>, <c>slave.mesos</c>, <c>marathon.mesos</c> and the name server's.</summary>
    /// <param name="names">How names are made.</param>
    public IEnumerable<DnsRecord> Records(MesosDnsNames names)
    {
        foreach (var agent in (IEnumerable<string>)Agents)
        {
            var (address, port) = IPEndPoint.TryParse(agent, out var parsed) ? (parsed.Address.ToString(), parsed.Port) : (agent, 0);
            foreach (var record in names.OfAgent([address], port))
                yield return record;
        }
        var masters = Masters.Select(text => IPEndPoint.TryParse(text, out var master) ? master : null).OfType<IPEndPoint>().ToList();
        if (masters.Count == 0)
            yield break;
        foreach (var record in names.OfMasters(masters, masters[0]).Concat(names.OfFramework(AppEndpoints.Framework, [.. masters.Select(master => master.Address.ToString())], masters[0].Port)))
            yield return record;
        foreach (var master in masters)
            yield return DnsRecord.Address($"ns1.{names.Domain}.", master.Address.ToString());
    }
}
