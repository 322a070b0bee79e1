using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Platform.Mesos.Protocol;

/// <summary>The address of a process of libprocess, written <c>id@ip:port</c>.</summary>
/// <param name="Id">The process' name.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Port">Its port.</param>
internal sealed record ProcessId(string Id, IPAddress Address, ushort Port)
{
    private const int LongestId = 255;

    /// <summary>Where to connect to.</summary>
    public IPEndPoint EndPoint => new(Address, Port);

    /// <summary>Reads one; null: it is none. Names of hosts are not looked up.</summary>
    public static ProcessId? Parse(string? text)
    {
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (at is < 1 or > LongestId || colon < at)
            return null;
        var id = text![..at];
        // The name becomes a part of a path.
        return id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '(' or ')')
            && IPAddress.TryParse(text.AsSpan(at + 1, colon - at - 1), out var ip) && ip.AddressFamily == AddressFamily.InterNetwork
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? new(id, ip, port)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Id}@{Address}:{Port}";
}
