using System.Net;

namespace Platform.Networking.Dns;

/// <summary>The name servers of the machine's own configuration.</summary>
public static class SystemResolvers
{
    /// <summary>The name servers of a resolv.conf, without <paramref name="own"/>; none if it cannot be read.</summary>
    /// <param name="own">Where this server listens, so that it does not ask itself.</param>
    /// <param name="path">The file. Default /etc/resolv.conf.</param>
    public static IReadOnlyList<IPEndPoint> Read(IPEndPoint own, string path = "/etc/resolv.conf")
    {
        try
        {
            return Parse(File.ReadAllLines(path), own);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    internal static IReadOnlyList<IPEndPoint> Parse(IEnumerable<string> lines, IPEndPoint own)
    {
        var found = new List<IPEndPoint>();
        foreach (var line in lines)
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var text, ..] && IPAddress.TryParse(text, out var address) && !(own.Port == 53 && (address.Equals(own.Address) || IPAddress.IsLoopback(address))))
                found.Add(new(address, 53));
        }
        return found;
    }
}
