using System.Net;
using System.Net.Sockets;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>
/// Ports that stay free while what listens on them is down for a moment: below those that the kernel hands out for connections and for port 0
/// (from 32768), and below those that agents give to tasks (from 31000).
/// </summary>
internal static class FreePorts
{
    private const int First = 20000, Count = 10000;
    private static int next = Random.Shared.Next(Count);

    internal static int Take()
    {
        for (var i = 0; i < Count; i++)
        {
            var port = First + (Interlocked.Increment(ref next) & int.MaxValue) % Count;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
            }
        }

        throw new InvalidOperationException($"no port from {First} to {First + Count - 1} is free");
    }
}
