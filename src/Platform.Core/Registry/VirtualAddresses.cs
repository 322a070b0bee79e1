using System.Net;

namespace Platform.Core.Registry;

/// <summary>The virtual addresses of endpoints, and the loopback addresses that named ones have on every machine.</summary>
public static class VirtualAddresses
{
    /// <summary>The addresses that a port's labels ask for, one for each protocol of the port; labels that cannot be read go to <paramref name="problems"/>.</summary>
    public static IEnumerable<VirtualAddress> Of(EndpointPort port, string framework, ICollection<string>? problems = null)
    {
        foreach (var (key, value) in port.Labels)
        {
            if (!VirtualAddress.IsLabel(key))
                continue;
            foreach (var protocol in port.Protocols())
            {
                if (VirtualAddress.TryParse(value, framework, protocol, out var address, out var problem))
                    yield return address!;
                else
                    problems?.Add($"label {key}: {problem}");
            }
        }
    }

    /// <summary>Gives each name an address of 127.128.0.0/9 that no other of them has.</summary>
    /// <remarks>
    /// It depends on the names alone, so that every machine comes to the same. A name gets the address of its hash (FNV-1a, 23 bits); of names
    /// with the same one the first in order has it, and the others try their next hash.
    /// </remarks>
    public static IReadOnlyDictionary<string, IPAddress> Assign(IEnumerable<string> names)
    {
        var taken = new HashSet<uint>();
        var assigned = new Dictionary<string, IPAddress>(StringComparer.Ordinal);
        foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            for (uint attempt = 0; ; attempt++)
            {
                var bits = Hash(name, attempt) & 0x7F_FFFF;
                // Neither the network nor the broadcast address of a /24, which some programs refuse.
                if ((bits & 0xFF) is 0 or 0xFF || !taken.Add(bits))
                    continue;
                assigned[name] = new IPAddress([127, (byte)(0x80 | (bits >> 16)), (byte)(bits >> 8), (byte)bits]);
                break;
            }
        }
        return assigned;
    }

    private static uint Hash(string name, uint attempt)
    {
        var hash = 2166136261u;
        foreach (var c in name)
            hash = (hash ^ c) * 16777619u;
        hash = (hash ^ attempt) * 16777619u;
        return hash ^ (hash >> 23);
    }
}
