using System.Globalization;
using System.Text;
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

    private LogPosition _position;

    /// <summary>Copies until the container has ended and all is there, or is gone, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _position = LogPosition.Read(positionFile);
        using var note = new FileStream(positionFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 1);
        TakeBack("stdout", _position.OutLength);
        TakeBack("stderr", _position.ErrorLength);
        while (true)
        {
            var client = await engine.ClientAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (hasTerminal)
                    await CopyTerminalAsync(client, note, cancellation).ConfigureAwait(false);
                else
                    await CopyAsync(note, cancellation).ConfigureAwait(false);
                var state = (await client.Containers.InspectContainerAsync(id, cancellation).ConfigureAwait(false)).State;
                if (state is not { Running: true })
                    return;
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

    private async Task CopyAsync(FileStream note, CancellationToken cancellation)
    {
        using var stream = await EngineLogStream.OpenAsync(engine, id, Since(_position.Timestamp), cancellation).ConfigureAwait(false);
        var passed = 0;
        while (await stream.NextAsync(cancellation).ConfigureAwait(false) is var (isError, bytes))
            Take(isError, bytes.Span, note, ref passed);
    }

    // A terminal has one stream, and no frames: each line begins with its time.
    private async Task CopyTerminalAsync(DockerClient client, FileStream note, CancellationToken cancellation)
    {
        using var stream = await client.Containers.GetContainerLogsAsync(id, new ContainerLogsParameters
        {
            Follow = true, ShowStdout = true, ShowStderr = true, Timestamps = true, Since = Since(_position.Timestamp) ?? "",
        }, cancellation).ConfigureAwait(false);
        var (buffer, held, passed) = (new byte[64 * 1024], 0, 0);
        while (true)
        {
            var got = await stream.ReadOutputAsync(buffer, held, buffer.Length - held, cancellation).ConfigureAwait(false);
            held += got.Count;
            var from = 0;
            while (buffer.AsSpan(from, held - from).IndexOf((byte)'\n') is >= 0 and var end)
            {
                Take(false, buffer.AsSpan(from, end + 1), note, ref passed);
                from += end + 1;
            }
            if (got.EOF || (from == 0 && held == buffer.Length))
            {
                if (held > from)
                    Take(false, buffer.AsSpan(from, held - from), note, ref passed);
                from = held;
            }
            buffer.AsSpan(from, held - from).CopyTo(buffer);
            held -= from;
            if (got.EOF)
                return;
        }
    }

    private void Take(bool isError, ReadOnlySpan<byte> entry, FileStream note, ref int passed)
    {
        var space = entry.IndexOf((byte)' ');
        if (space < 0)
            return;
        var timestamp = Encoding.ASCII.GetString(entry[..space]);
        // The stream begins with the entries of the last time again; and what is older than that it had before.
        var order = Compare(timestamp, _position.Timestamp);
        if (order < 0 || (order == 0 && passed < _position.Count && ++passed > 0))
            return;
        passed = int.MaxValue;
        var length = Append(isError ? "stderr" : "stdout", entry[(space + 1)..]);
        _position = new LogPosition(
            timestamp,
            order == 0 ? _position.Count + 1 : 1,
            isError ? _position.OutLength : length,
            isError ? length : _position.ErrorLength);
        _position.Write(note);
    }

    private long Append(string name, ReadOnlySpan<byte> bytes)
    {
        // Held while parts move, so that nothing is written to a part that has moved.
        lock (LogRotation.Gate)
        {
            using var file = new FileStream(Path.Combine(sandbox, name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            file.Write(bytes);
            return file.Length;
        }
    }

    private void TakeBack(string name, long length)
    {
        var file = new FileInfo(Path.Combine(sandbox, name));
        if (!file.Exists)
        {
            using var made = file.Create();
            return;
        }
        if (file.LinkTarget is null && file.Length > length)
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            stream.SetLength(length);
        }
    }

    /// <summary>Compares two times of the engine: RFC 3339 in UTC with as many places as there are, trailing zeros left out.</summary>
    internal static int Compare(string one, string other) => other.Length == 0 ? 1 : string.CompareOrdinal(Padded(one), Padded(other));

    /// <summary>A time as the engine wants it in a question: seconds since 1970 with nine places; null: from the beginning.</summary>
    internal static string? Since(string timestamp)
    {
        if (timestamp.Length == 0)
            return null;
        var padded = Padded(timestamp);
        var seconds = DateTimeOffset.Parse(padded[..19] + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();
        return $"{seconds}.{padded[20..29]}";
    }

    // 2026-11-28T22:54:15.75Z as 2026-11-28T22:54:15.750000000
    private static string Padded(string timestamp)
    {
        var text = timestamp.TrimEnd('Z');
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? text + ".000000000" : text.PadRight(dot + 10, '0');
    }
}
