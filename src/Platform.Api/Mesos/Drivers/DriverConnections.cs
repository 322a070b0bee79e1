using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Drivers;

/// <summary>Takes connections of drivers of libmesos from a port that others use too: whoever begins with a message to a master speaks libprocess.</summary>
/// <remarks>
/// A driver sends its messages without waiting for answers, and may close behind the last one. What has come by then counts: so everything is
/// read before anything is answered. It keeps the connection for as long as it lives, however seldom it has something to say.
/// </remarks>
internal sealed class DriverConnections(DriverEndpoint endpoint)
{
    // As long as a connection of HTTP may be idle, and a request of it may take.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestMessage = TimeSpan.FromSeconds(30);

    private static readonly byte[][] Beginnings = ["POST /master/mesos."u8.ToArray(), "POST /slave(1)/mesos."u8.ToArray()];

    /// <summary>Serves the connection if it is one; otherwise hands it on as it came.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint peer || connection.LocalEndPoint is not IPEndPoint local)
        {
            await next(connection);
            return;
        }
        // A server that stops waits for its connections.
        using var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested.Register(connection.Transport.Input.CancelPendingRead);
        switch (await IsDriverAsync(connection))
        {
            case true:
                await ServeAsync(connection, peer, local);
                break;
            case false:
                await next(connection);
                break;
        }
    }

    // What is looked at stays to be read. Null: nothing came.
    private static async Task<bool?> IsDriverAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(Idle);
        using var given = patience.Token.Register(() => connection.Abort(new("nothing came")));
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync();
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException)
            {
                return null;
            }
            var (isDriver, isCertain) = Look(read.Buffer);
            var isOver = isCertain || read.IsCompleted || read.IsCanceled;
            input.AdvanceTo(read.Buffer.Start, isOver ? read.Buffer.Start : read.Buffer.End);
            if (isOver)
                return isDriver;
        }
    }

    private static (bool IsDriver, bool IsCertain) Look(ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[Beginnings.Max(beginning => beginning.Length)];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        var mayStill = false;
        foreach (var beginning in Beginnings)
        {
            var common = Math.Min(length, beginning.Length);
            if (!first[..common].SequenceEqual(beginning.AsSpan(0, common)))
                continue;
            if (common == beginning.Length)
                return (true, true);
            mayStill = true;
        }
        return (false, !mayStill);
    }

    private async Task ServeAsync(ConnectionContext connection, IPEndPoint peer, IPEndPoint local)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        var decoder = new ProcessMessageDecoder();
        var answers = new StringBuilder();
        try
        {
            while (true)
            {
                var read = await ReadAsync(input, decoder.IsBetween);
                do
                {
                    var messages = Decode(decoder, read.Buffer);
                    input.AdvanceTo(read.Buffer.End);
                    foreach (var message in messages)
                        answers.Append(Answer(await endpoint.TakeAsync(message, peer.Address, local)));
                }
                while (!read.IsCompleted && !read.IsCanceled && decoder.Problem is null && input.TryRead(out read));
                if (decoder.Problem is { } problem)
                    answers.Append(Answer(MesosRefusal.BadRequest(problem), "Connection: close\r\n"));
                await output.WriteAsync(Encoding.UTF8.GetBytes(answers.ToString()));
                answers.Clear();
                if (read.IsCompleted || read.IsCanceled || decoder.Problem is not null)
                    return;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // The driver has gone.
        }
    }

    private static async Task<ReadResult> ReadAsync(PipeReader input, bool isBetween)
    {
        if (isBetween)
            return await input.ReadAsync();
        using var patience = new CancellationTokenSource(LongestMessage);
        return await input.ReadAsync(patience.Token);
    }

    private static List<ProcessMessage> Decode(ProcessMessageDecoder decoder, ReadOnlySequence<byte> buffer)
    {
        var messages = new List<ProcessMessage>();
        foreach (var part in buffer)
            messages.AddRange(decoder.Decode(part.Span));
        return messages;
    }

    private static string Answer(MesosRefusal? refusal, string headers = "") => refusal is null
        ? $"HTTP/1.1 202 Accepted\r\n{headers}Content-Length: 0\r\n\r\n"
        : $"HTTP/1.1 {refusal.Status} Refused\r\n{headers}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(refusal.Message)}\r\n\r\n{refusal.Message}";
}
