using System.Net;
using System.Net.Sockets;

namespace Platform.Testing;

/// <summary>
/// Ports that belong to one platform, also while nothing listens on them: below those that the kernel hands out for connections (from 32768)
/// and that agents give to tasks (from 31000). What listens on the first one keeps others from taking the block, in other processes too.
/// </summary>
internal sealed class PortBlock : IDisposable
{
    private const int Lowest = 12000, Size = 50, Blocks = 160;

    private readonly Socket _claim;
    private readonly int _first;

    private PortBlock(Socket claim, int first) => (_claim, _first) = (claim, first);

    /// <summary>The control plane's.</summary>
    internal int Http => _first + 1;

    /// <summary>Those of a real agent's tasks, both ends included.</summary>
    internal (int First, int Last) Tasks => (_first + 2, _first + Size - 1);

    /// <summary>Takes a block that nobody has.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    internal static PortBlock Take()
    {
        var start = Random.Shared.Next(Blocks);
        for (var i = 0; i < Blocks; i++)
        {
            var first = Lowest + (start + i) % Blocks * Size;
            if (TryListen(first) is not { } claim)
                continue;
            if (TryListen(first + 1) is { } probe)
            {
                probe.Dispose();
                return new(claim, first);
            }
            claim.Dispose();
        }
        throw new InvalidOperationException($"no block of ports from {Lowest} to {Lowest + Blocks * Size - 1} is free");
    }

    public void Dispose() => _claim.Dispose();

    // To be bound is not enough: two may be, as long as none listens.
    private static Socket? TryListen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
