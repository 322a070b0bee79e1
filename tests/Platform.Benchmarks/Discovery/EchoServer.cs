using System.Net;
using Platform.Networking.Dns;

namespace Platform.Benchmarks.Discovery;

/// <summary>Sends each question back as an answer without records: what the kernel and the client leave for any server, however little it does by itself.</summary>
internal sealed class EchoServer : IDisposable
{
    private const int LargestPacket = 512;

    private readonly List<(BatchSocket Socket, Thread Thread)> _threads = [];
    private volatile bool _stops;

    /// <summary>Serves on a free port, with as many sockets as there are processors.</summary>
    public EchoServer()
    {
        var listen = new IPEndPoint(IPAddress.Loopback, 0);
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            var socket = new BatchSocket(listen, LargestPacket);
            listen = socket.LocalEndPoint;
            _threads.Add((socket, new(() => Serve(socket)) { IsBackground = true }));
        }
        _threads.ForEach(one => one.Thread.Start());
    }

    public int Port => _threads[0].Socket.LocalEndPoint.Port;

    public void Dispose()
    {
        _stops = true;
        foreach (var (socket, thread) in _threads)
        {
            thread.Join();
            socket.Dispose();
        }
    }

    private void Serve(BatchSocket socket)
    {
        while (!_stops)
        {
            var count = socket.Receive();
            for (var i = 0; i < count; i++)
            {
                var packet = socket.Packet(i);
                if (packet.Length is < 12 or > LargestPacket)
                    continue;
                packet.CopyTo(socket.Next);
                // An answer.
                socket.Next[2] |= 0x80;
                socket.Queue(i, packet.Length);
            }
            socket.Flush();
        }
    }
}
