using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Platform.Agent.Sandboxes;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>
/// Brings the output of a container into stdout and stderr of its sandbox, each entry once, also what was written while the agent was away:
/// the engine keeps it, and a file says how far it was brought. What was written to the sandbox and not noted any more is taken back first.
/// </summary>
internal sealed class LogCopy(DockerEngine engine, string id, bool hasTerminal, string sandbox, string positionFile, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The engine writes the two streams side by side, so an entry may come after one of the other stream that is a little later.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private LogPosition _position;
    private long _batches;

    /// <summary>Rises while output comes.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Copies until the container has ended and all is there, or is gone, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _position = LogPosition.Read(positionFile);
        using var note = new FileStream(positionFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 1);
        TakeBack("stdout", _position.Output.Length);
        TakeBack("stderr", _position.Error.Length);
        var hasEnded = false;
        while (true)
        {
            var client = await engine.ClientAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (hasTerminal)
                    await CopyTerminalAsync(client, note, follow: !hasEnded, cancellation).ConfigureAwait(false);
                else
                    await CopyAsync(note, follow: !hasEnded, cancellation).ConfigureAwait(false);
                if (hasEnded)
                    return;
                var state = (await client.Containers.InspectContainerAsync(id, cancellation).ConfigureAwait(false)).State;
                // A stream that is followed may end before the last of what was written: the engine closes it when it learns of the end. When the
                // end is told everything is in its file, so that is read once more.
                hasEnded = state is not { Running: true };
                if (hasEnded)
                    continue;
            }
            catch (Exception e) when (e is DockerContainerNotFoundException or HttpRequestException { StatusCode: System.Net.HttpStatusCode.NotFound })
            {
                return;
            }
            catch (Exception e) when ((e is DockerApiException || DockerEngine.IsGone(e)) && !cancellation.IsCancellationRequested)
            {
                logger.LogDebug("The output of container {Id} broke off and is taken up again: {Reason}", id, e.Message);
            }
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(FileStream note, bool follow, CancellationToken cancellation)
    {
        var taker = new LogTaker(_position);
        using var stream = await EngineLogStream.OpenAsync(engine, id, EngineTime.Before(_position.Latest, Margin), follow, cancellation).ConfigureAwait(false);
        while (await stream.ReadAsync(cancellation).ConfigureAwait(false))
        {
            while (stream.TryNext(out var isError, out var entry))
                taker.Take(isError, entry.Span);
            Flush(taker, note);
        }
    }

    // A terminal has one stream, and no frames: each line begins with its time.
    private async Task CopyTerminalAsync(DockerClient client, FileStream note, bool follow, CancellationToken cancellation)
    {
        var taker = new LogTaker(_position);
        using var stream = await client.Containers.GetContainerLogsAsync(id, new ContainerLogsParameters
        {
            Follow = follow, ShowStdout = true, ShowStderr = true, Timestamps = true, Since = EngineTime.Before(_position.Latest, Margin) ?? "",
        }, cancellation).ConfigureAwait(false);
        var (buffer, held) = (new byte[64 * 1024], 0);
        while (true)
        {
            var got = await stream.ReadOutputAsync(buffer, held, buffer.Length - held, cancellation).ConfigureAwait(false);
            held += got.Count;
            var from = 0;
            while (buffer.AsSpan(from, held - from).IndexOf((byte)'\n') is >= 0 and var end)
            {
                taker.Take(false, buffer.AsSpan(from, end + 1));
                from += end + 1;
            }
            if (got.EOF || (from == 0 && held == buffer.Length))
            {
                if (held > from)
                    taker.Take(false, buffer.AsSpan(from, held - from));
                from = held;
            }
            buffer.AsSpan(from, held - from).CopyTo(buffer);
            held -= from;
            Flush(taker, note);
            if (got.EOF)
                return;
        }
    }

    private void Flush(LogTaker taker, FileStream note)
    {
        if (!taker.Drain((isError, bytes) => Append(isError ? "stderr" : "stdout", bytes)))
            return;
        _position = taker.Position;
        _position.Write(note);
        Interlocked.Increment(ref _batches);
    }

    private long Append(string name, ReadOnlySpan<byte> bytes)
    {
        // Held while parts move, so that nothing is written to a part that has moved.
        lock (LogRotation.Gate)
        {
            // The container has the folder too, and may put a link to a file of the machine there.
            using var file = GuardedFile.OpenOutput(Path.Combine(sandbox, name));
            file.Write(bytes);
            return file.Length;
        }
    }

    private void TakeBack(string name, long length)
    {
        using var file = GuardedFile.OpenOutput(Path.Combine(sandbox, name));
        if (file.Length > length)
            file.SetLength(length);
    }
}
