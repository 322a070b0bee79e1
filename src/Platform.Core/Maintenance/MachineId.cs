using System.Text.Json;

namespace Platform.Core.Maintenance;

/// <summary>A machine as operators name it: by its host name, its address, or both. Case does not count in host names.</summary>
/// <param name="Hostname">The host name; empty: any.</param>
/// <param name="Ip">The IPv4 address; empty: any.</param>
[GenerateSerializer, Immutable, Alias("Platform.MachineId")]
public sealed record MachineId([property: Id(0)] string Hostname, [property: Id(1)] string Ip)
{
    /// <summary>Whether an agent is on it: what is given of the name is the agent's.</summary>
    /// <param name="hostname">The host name that the agent told.</param>
    /// <param name="address">The address that the agent told.</param>
    public bool Has(string hostname, string address) =>
        (Hostname.Length > 0 || Ip.Length > 0)
        && (Hostname.Length == 0 || Hostname.Equals(hostname, StringComparison.OrdinalIgnoreCase))
        && (Ip.Length == 0 || Ip == address);

    /// <inheritdoc/>
    public bool Equals(MachineId? other) => other is not null && Hostname.Equals(other.Hostname, StringComparison.OrdinalIgnoreCase) && Ip == other.Ip;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(Hostname), Ip);

    /// <summary>As in Mesos' texts: JSON with the members that are given.</summary>
    public override string ToString()
    {
        var members = new List<string>(2);
        if (Hostname.Length > 0)
            members.Add($"\"hostname\":\"{JsonEncodedText.Encode(Hostname)}\"");
        if (Ip.Length > 0)
            members.Add($"\"ip\":\"{JsonEncodedText.Encode(Ip)}\"");
        return $"{{{string.Join(',', members)}}}";
    }
}
