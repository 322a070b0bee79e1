using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Platform.Mesos.Protocol;

namespace Platform.Api.Tests.Mesos.Drivers;

/// <summary>A driver as libmesos has it: one connection to the master on which it sends and whose answers it does not read, and a port on which the master sends.</summary>
internal sealed class TestDriver : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _link = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Channel<ProcessMessage> _messages = Channel.CreateUnbounded<ProcessMessage>();
    private readonly List<Socket> _accepted = [];
    private readonly bool _namesHost;

    private TestDriver(IPEndPoint master, bool namesHost)
    {
        Master = master;
        _namesHost = namesHost;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public IPEndPoint Master { get; }

    /// <summary>Who it is.</summary>
    public string Self => $"scheduler-{Name}@{_listener.LocalEndPoint}";

    public string Name { get; } = Guid.NewGuid().ToString();

    /// <param name="master">The control plane's address.</param>
    /// <param name="namesHost">It says the master's address in the header Host, as newer ones do.</param>
    public static async Task<TestDriver> StartAsync(IPEndPoint master, bool namesHost = false)
    {
        var driver = new TestDriver(master, namesHost);
        await driver._link.ConnectAsync(master);
        _ = driver.AcceptAsync();
        return driver;
    }

    /// <summary>The bytes of a message as libprocess writes them.</summary>
    public byte[] Bytes(string name, IMessage message, string? from = null, string to = "master")
    {
        var body = message.ToByteArray();
        var head = $"POST /{to}/{name} HTTP/1.1\r\nUser-Agent: libprocess/{from ?? Self}\r\nLibprocess-From: {from ?? Self}\r\nConnection: Keep-Alive\r\nHost: {(_namesHost ? Master : "")}\r\n";
        return body.Length == 0 ? Encoding.ASCII.GetBytes(head + "\r\n")
            : [.. Encoding.ASCII.GetBytes($"{head}Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
    }

    public async Task SendAsync(string name, IMessage message, string? from = null, string to = "master") => await _link.SendAsync(Bytes(name, message, from, to));

    public async Task SendAsync(byte[] bytes) => await _link.SendAsync(bytes);

    /// <summary>A call of the scheduler API.</summary>
    public Task SendAsync(Platform.Mesos.Wire.Scheduler.Call call) => SendAsync("mesos.scheduler.Call", call);

    /// <summary>The next message of a kind; what comes before it is passed over. Each has to come from the master that the driver knows.</summary>
    public async Task<T> UntilAsync<T>(Func<T, bool>? wanted = null)
        where T : IMessage<T>, new()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var message = await _messages.Reader.ReadAsync(patience.Token);
            message.From.ShouldBe(new("master", Master.Address, (ushort)Master.Port));
            message.To.ShouldBe("scheduler-" + Name);
            var read = new T();
            if (message.Name != read.Descriptor.FullName)
                continue;
            read.MergeFrom(message.Body);
            if (wanted?.Invoke(read) ?? true)
                return read;
        }
    }

    /// <summary>What the master answered, read only now.</summary>
    public async Task<string> AnswersAsync(Func<string, bool> enough)
    {
        using var patience = new CancellationTokenSource(Patience);
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (!enough(text.ToString()))
        {
            if (await _link.ReceiveAsync(buffer, patience.Token) is var count and > 0)
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            else
                break;
        }
        return text.ToString();
    }

    /// <summary>Its process ends at once.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _link.Dispose();
        lock (_accepted)
            _accepted.ForEach(socket => socket.Dispose());
    }

    /// <summary>The connections from the master break; it listens on.</summary>
    public void BreakLinks()
    {
        lock (_accepted)
        {
            _accepted.ForEach(socket => socket.Dispose());
            _accepted.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                lock (_accepted)
                    _accepted.Add(socket);
                _ = ReceiveAsync(socket);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var (decoder, buffer) = (new ProcessMessageDecoder(), new byte[64 * 1024]);
        try
        {
            while (await socket.ReceiveAsync(buffer) is var count and > 0)
            {
                foreach (var message in decoder.Decode(buffer.AsSpan(0, count)))
                {
                    await socket.SendAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    _messages.Writer.TryWrite(message);
                }
            }
            socket.Dispose();
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The connection is over.
        }
    }
}
