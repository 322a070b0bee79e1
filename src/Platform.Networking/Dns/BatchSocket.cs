using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Platform.Networking.Dns;

/// <summary>A UDP socket of its own among several on one port, which takes and sends many packets with one call of the system.</summary>
/// <remarks>The base library has no recvmmsg and sendmmsg; they are Linux'. The kernel spreads clients over the sockets (SO_REUSEPORT).</remarks>
internal sealed unsafe partial class BatchSocket : IDisposable
{
    /// <summary>Packets in one batch.</summary>
    internal const int BatchSize = 64;

    /// <summary>Octets of the largest question that is read.</summary>
    private const int ReceiveSize = 2048;

    private const int AddressSize = 28;
    private const int SolSocket = 1;
    private const int SoReusePort = 15;
    private const int WaitForOne = 0x10000;
    private const int TryAgain = 11;
    private const int Interrupted = 4;

    private readonly Socket _socket;
    private readonly int _sendSize;
    private readonly int _handle;
    private readonly byte* _memory;
    private readonly MessageVector* _received;
    private readonly MessageVector* _toSend;
    private readonly byte* _addresses;
    private int _queued;

    internal BatchSocket(IPEndPoint listen, int sendSize)
    {
        _sendSize = sendSize;
        _socket = new(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Span<byte> on = stackalloc byte[4];
            MemoryMarshal.Write(on, 1);
            _socket.SetRawSocketOption(SolSocket, SoReusePort, on);
            _socket.ReceiveBufferSize = 1 << 20;
            _socket.SendBufferSize = 1 << 20;
            // So that a thread that waits sees when it is to end.
            _socket.ReceiveTimeout = 500;
            _socket.Bind(listen);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        _handle = (int)_socket.SafeHandle.DangerousGetHandle();
        var perPacket = (2 * (sizeof(MessageVector) + sizeof(IoVector))) + AddressSize + 4 + ReceiveSize + sendSize;
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(BatchSize * perPacket));
        _received = (MessageVector*)_memory;
        _toSend = _received + BatchSize;
        var vectors = (IoVector*)(_toSend + BatchSize);
        _addresses = (byte*)(vectors + (2 * BatchSize));
        var buffers = _addresses + (BatchSize * (AddressSize + 4));
        for (var i = 0; i < BatchSize; i++)
        {
            vectors[i] = new() { Base = buffers + (i * ReceiveSize), Length = ReceiveSize };
            vectors[BatchSize + i] = new() { Base = buffers + (BatchSize * ReceiveSize) + (i * sendSize), Length = 0 };
            _received[i].Header.Vectors = &vectors[i];
            _received[i].Header.VectorCount = 1;
            _received[i].Header.Name = _addresses + (i * (AddressSize + 4));
            _toSend[i].Header.Vectors = &vectors[BatchSize + i];
            _toSend[i].Header.VectorCount = 1;
        }
    }

    internal IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Waits for packets and takes what is there. 0: none came within half a second.</summary>
    internal int Receive()
    {
        for (var i = 0; i < BatchSize; i++)
            _received[i].Header.NameLength = AddressSize;
        var count = ReceiveMany(_handle, _received, BatchSize, WaitForOne, null);
        if (count >= 0)
            return count;
        var error = Marshal.GetLastPInvokeError();
        return error is TryAgain or Interrupted ? 0 : throw new SocketException(error);
    }

    /// <summary>A packet that was received.</summary>
    internal ReadOnlySpan<byte> Packet(int index) => new(_received[index].Header.Vectors->Base, (int)_received[index].Length);

    /// <summary>The octets of the address that a packet came from, without its port.</summary>
    internal ReadOnlySpan<byte> Address(int index)
    {
        var name = (byte*)_received[index].Header.Name;
        return _received[index].Header.NameLength >= 28 ? new(name + 8, 16) : new(name + 4, 4);
    }

    /// <summary>Who sent a packet.</summary>
    internal IPEndPoint Sender(int index)
    {
        var name = (byte*)_received[index].Header.Name;
        return new(new IPAddress(Address(index)), (name[2] << 8) | name[3]);
    }

    /// <summary>Where the next answer is to be written.</summary>
    internal Span<byte> Next => new(_toSend[_queued].Header.Vectors->Base, _sendSize);

    /// <summary>Lets the answer that was written go to who sent the packet.</summary>
    internal void Queue(int index, int length)
    {
        _toSend[_queued].Header.Name = _received[index].Header.Name;
        _toSend[_queued].Header.NameLength = _received[index].Header.NameLength;
        _toSend[_queued].Header.Vectors->Length = (nuint)length;
        _queued++;
    }

    /// <summary>Sends all answers that wait. One that cannot be sent is left out: the client asks again.</summary>
    internal void Flush()
    {
        for (var sent = 0; sent < _queued;)
        {
            var count = SendMany(_handle, _toSend + sent, (uint)(_queued - sent), 0);
            sent += count > 0 ? count : Marshal.GetLastPInvokeError() == Interrupted ? 0 : 1;
        }
        _queued = 0;
    }

    /// <summary>Sends one packet, from any thread.</summary>
    internal void SendTo(ReadOnlySpan<byte> packet, IPEndPoint to) => _socket.SendTo(packet, SocketFlags.None, to);

    /// <summary>To be called when no thread receives any more.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.Free(_memory);
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int socket, MessageVector* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, MessageVector* messages, uint count, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        internal byte* Base;
        internal nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        internal void* Name;
        internal uint NameLength;
        internal IoVector* Vectors;
        internal nuint VectorCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageVector
    {
        internal MessageHeader Header;
        internal uint Length;
    }
}
