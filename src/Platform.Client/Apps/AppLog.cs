using System.Runtime.CompilerServices;
using Platform.Client.Agents;

namespace Platform.Client.Apps;

/// <summary>What an instance writes, as a stream of parts.</summary>
internal static class AppLog
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    internal static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Func<CancellationToken, Task<bool>> isAlive, AgentHandle agent, string taskId, LogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = options.StandardError ? "stderr" : "stdout";
        // Offset -1 asks for the length alone, so the last byte cannot be asked for by itself.
        var offset = options.TailBytes is { } tail ? -Math.Max(2, tail) : 0;
        var pause = FirstPause;
        while (true)
        {
            // Asked before the file is read: what the task wrote before its end is in that part.
            var alive = !options.Follow || await isAlive(cancellationToken).ConfigureAwait(false);
            var part = await agent.ReadFileAsync(taskId, file, offset, 1024 * 1024, cancellationToken).ConfigureAwait(false);
            if (part.Size < offset)
            {
                // It was rotated: the file begins anew.
                offset = 0;
                continue;
            }

            offset = part.Offset + part.Bytes.Length;
            if (!part.Bytes.IsEmpty)
            {
                pause = FirstPause;
                yield return part.Bytes;
            }

            if (offset < part.Size)
                continue;
            if (!options.Follow || !alive)
                yield break;
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
