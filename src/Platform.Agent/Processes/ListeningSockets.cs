using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Platform.Agent.Processes;

/// <summary>Who has the ports of this machine.</summary>
internal static class ListeningSockets
{
    // They listen in the name of a container, of whose task they are no part; the first process may listen for whatever it starts.
    private static readonly string[] Deputies = ["docker-proxy", "rootlessport", "slirp4netns", "pasta", "pasta.avx2", "conmon", "containerd-shim"];

    /// <summary>True if a program has the port on this machine: a task could not listen on it. Tried, since nothing else is certain.</summary>
    /// <param name="port">1 to 65535.</param>
    /// <param name="protocol">tcp, udp or both with a comma between them.</param>
    public static bool IsTaken(int port, string protocol) =>
        (protocol.Contains("tcp", StringComparison.OrdinalIgnoreCase) && IsTaken(port, SocketType.Stream, ProtocolType.Tcp))
        || (protocol.Contains("udp", StringComparison.OrdinalIgnoreCase) && IsTaken(port, SocketType.Dgram, ProtocolType.Udp));

    /// <summary>Who has the port, as in "process 4711 (python3)"; null: that cannot be seen.</summary>
    public static string? HolderOf(int port)
    {
        var sockets = SocketsOn(port, "tcp", "tcp6", "udp", "udp6");
        return sockets.Count > 0 && OwnerOf(sockets) is { } pid ? Describe(pid) : null;
    }

    /// <summary>
    /// Who listens on the port in place of a task; null: the task itself does, or it cannot be known who does. What listens for a container
    /// does so for its task, as far as can be known.
    /// </summary>
    /// <param name="port">The port.</param>
    /// <param name="task">Tells the processes of the task; asked twice, since a task starts processes at any time.</param>
    public static string? StrangerOn(int port, Func<IReadOnlyCollection<int>> task)
    {
        var sockets = SocketsOn(port, "tcp", "tcp6");
        if (sockets.Count == 0)
            return null;
        foreach (var pid in task())
        {
            if (Has(pid, sockets) != false)
                return null;
        }
        return OwnerOf(sockets) is { } owner && owner != 1 && !task().Contains(owner) && !Deputies.Contains(NameOf(owner)) ? Describe(owner) : null;
    }

    private static bool IsTaken(int port, SocketType type, ProtocolType protocol)
    {
        foreach (var address in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any])
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
                continue;
            try
            {
                using var socket = new Socket(address.AddressFamily, type, protocol);
                if (address.AddressFamily == AddressFamily.InterNetworkV6)
                    socket.DualMode = false;
                socket.Bind(new IPEndPoint(address, port));
            }
            catch (SocketException e)
            {
                if (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
                    return true;
            }
        }
        return false;
    }

    /// <summary>The inodes of the sockets that wait on a port, from the kernel's tables.</summary>
    private static HashSet<string> SocketsOn(int port, params ReadOnlySpan<string> tables)
    {
        const string Listening = "0A", Unconnected = "07"; // TCP_LISTEN; TCP_CLOSE, which is what a bound UDP socket shows
        var end = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        var sockets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            var state = table.StartsWith("udp", StringComparison.Ordinal) ? Unconnected : Listening;
            try
            {
                foreach (var line in File.ReadLines("/proc/net/" + table).Skip(1))
                {
                    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ...
                    var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (fields.Length > 9 && fields[3] == state && fields[1].EndsWith(end, StringComparison.Ordinal))
                        sockets.Add($"socket:[{fields[9]}]");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A machine without this protocol, or without the tables.
            }
        }
        return sockets;
    }

    private static int? OwnerOf(HashSet<string> sockets)
    {
        foreach (var entry in ProcessTable.ReadAll())
        {
            if (Has(entry.Pid, sockets) == true)
                return entry.Pid;
        }
        return null;
    }

    /// <summary>Whether a process has one of the sockets open; null: this user may not see that.</summary>
    private static bool? Has(int pid, HashSet<string> sockets)
    {
        try
        {
            foreach (var file in new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos())
            {
                if (file.LinkTarget is { } target && sockets.Contains(target))
                    return true;
            }
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            return false; // It has ended.
        }
    }

    private static string Describe(int pid) => $"process {pid} ({NameOf(pid)})";

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "ended";
        }
    }
}
