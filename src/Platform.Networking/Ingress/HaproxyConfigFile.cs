using System.Net;
using System.Net.Sockets;
using System.Text;
using Platform.Core.Collections;
using Platform.Core.Ingress;

namespace Platform.Networking.Ingress;

/// <summary>The file of HAProxy's configuration, and the one that may become it.</summary>
/// <remarks>There are hashes of passwords in them, so that others than their owner cannot read them.</remarks>
internal sealed class HaproxyConfigFile(string path)
{
    /// <summary>Where a configuration is looked at before it counts.</summary>
    internal string Candidate { get; } = path + ".new";

    internal bool Exists => File.Exists(path);

    internal void Write(string text) => Write(path, text);

    internal void WriteCandidate(string text) => Write(Candidate, text);

    /// <summary>The candidate is what HAProxy starts with from now on.</summary>
    internal void Accept() => File.Move(Candidate, path, overwrite: true);

    /// <summary>The service ports of a plan that HAProxy could not listen on, since something else has them: it would give up on all of the configuration.</summary>
    internal ValueList<int> TakenPorts(HaproxyPlan plan)
    {
        // It has those already that stand in the file, and gives them to its successor.
        var held = Exists
            ? File.ReadLines(path).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words is ["bind", _, ..]).Select(words => words[1]).ToHashSet(StringComparer.Ordinal)
            : [];
        return plan.ServicePorts.Where(port => !held.Contains(HaproxyText.Of(port)) && !IsFree(port)).Select(port => port.Port).Distinct().ToValueList();
    }

    private static bool IsFree(IPEndPoint address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Write(string path, string text)
    {
        var temporary = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(temporary, options))
            stream.Write(Encoding.UTF8.GetBytes(text));
        File.Move(temporary, path, overwrite: true);
    }
}
