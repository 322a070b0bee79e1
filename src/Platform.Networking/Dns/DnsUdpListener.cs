using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Platform.Networking.Dns;

/// <summary>Serves UDP: a thread with a socket of its own for each processor.</summary>
internal sealed partial class DnsUdpListener : IDisposable
{
    private readonly DnsResponder _responder;
    private readonly DnsForwarder _forwarder;
    private readonly DnsServerOptions _options;
    private readonly DnsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly List<(BatchSocket Socket, Thread Thread)> _threads = [];
    private volatile bool _stops;

    internal DnsUdpListener(DnsResponder responder, DnsForwarder forwarder, DnsServerOptions options, DnsMetrics metrics, ILogger logger)
    {
        (_responder, _forwarder, _options, _metrics, _logger) = (responder, forwarder, options, metrics, logger);
    }

    /// <summary>Binds the sockets and starts the threads.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be used.</exception>
    internal void Start(IPEndPoint listen)
    {
        // The first without sharing would tell of another program on the port; with it two servers would share its clients. So it is tried.
        using (var probe = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp))
            probe.Bind(listen);
        for (var i = 0; i < _options.Sockets; i++)
        {
            var socket = new BatchSocket(listen, _options.LargestUdpAnswer);
            var thread = new Thread(() => Serve(socket)) { IsBackground = true, Name = $"dns-{i}" };
            _threads.Add((socket, thread));
        }
        foreach (var (_, thread) in _threads)
            thread.Start();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _stops = true;
        foreach (var (socket, thread) in _threads)
        {
            if (thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted) || thread.Join(TimeSpan.FromSeconds(5)))
                socket.Dispose();
        }
    }

    private void Serve(BatchSocket socket)
    {
        var limits = new ClientLimits(_options.QuestionsPerSecond);
        var turn = (uint)Random.Shared.Next();
        while (!_stops)
        {
            try
            {
                ServeBatch(socket, limits, ref turn);
            }
            catch (Exception failure) when (!_stops)
            {
                // One bad packet, or a network that is away for a moment, must not end the thread.
                LogBatchFailed(failure);
                Thread.Sleep(10);
            }
        }
    }

    private void ServeBatch(BatchSocket socket, ClientLimits limits, ref uint turn)
    {
        var count = socket.Receive();
        if (count == 0)
            return;
        var tally = new DnsTally();
        var second = (uint)(Stopwatch.GetTimestamp() / Stopwatch.Frequency);
        for (var i = 0; i < count; i++)
        {
            if (!limits.IsWithin(socket.Address(i), second))
            {
                tally.Limited++;
                continue;
            }
            // Neighbours in the order differ by one, and all records take turns at being first.
            DnsResponder.Outcome outcome;
            DnsQuery query;
            int length;
            try
            {
                outcome = _responder.Respond(socket.Packet(i), isTcp: false, turn++, socket.Next, ref tally, out query, out length);
            }
            catch (Exception failure)
            {
                // The others of the batch are not to suffer from it.
                LogQuestionFailed(failure);
                tally.Failed++;
                continue;
            }
            if (outcome == DnsResponder.Outcome.Answer)
                socket.Queue(i, length);
            else if (outcome == DnsResponder.Outcome.Forward)
                Forward(socket, i, query);
        }
        socket.Flush();
        _metrics.Add(tally);
    }

    private void Forward(BatchSocket socket, int index, DnsQuery query)
    {
        var packet = socket.Packet(index).ToArray();
        var sender = socket.Sender(index);
        _ = AnswerAsync();

        async Task AnswerAsync()
        {
            try
            {
                var answer = await _forwarder.AskAsync(packet, query, isTcp: false).ConfigureAwait(false);
                if (!_stops)
                    socket.SendTo(answer, sender);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                LogNotSent(failure, sender);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "A batch of questions failed")]
    private partial void LogBatchFailed(Exception failure);

    [LoggerMessage(LogLevel.Error, "A question could not be answered")]
    private partial void LogQuestionFailed(Exception failure);

    [LoggerMessage(LogLevel.Debug, "An answer could not be sent to {Client}")]
    private partial void LogNotSent(Exception failure, IPEndPoint client);
}
