using System.Runtime.CompilerServices;
using System.Text;
using Platform.Client.Agents;

namespace Platform.Client.Apps;

/// <summary>What an instance writes, as a stream of parts.</summary>
internal static class AppLog
{
    // The agent answers as soon as there is something; it is asked again after so long without.
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    // An agent that many follow at once may answer without waiting.
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(1);

    // What never ends a line shall not fill the memory.
    private const int LongestLine = 1024 * 1024;

    internal static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        AgentHandle agent, string taskId, LogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = options.StandardError ? "stderr" : "stdout";
        var read = new FileReadOptions
        {
            // Offset -1 asks for the length alone, so the last byte cannot be asked for by itself.
            Offset = options.TailBytes is { } tail ? -Math.Max(2, tail) : 0,
            Length = 256 * 1024,
            Wait = options.Follow ? Wait : TimeSpan.Zero,
            Rotation = "",
        };
        while (true)
        {
            var asked = agent.Time.GetTimestamp();
            var part = await agent.ReadFileAsync(taskId, file, read, cancellationToken).ConfigureAwait(false);
            read = read with { Offset = part.Offset + part.Bytes.Length, Rotation = part.Rotation };
            if (!part.Bytes.IsEmpty)
                yield return part.Bytes;
            if (part.More)
                continue;
            if (!options.Follow || part.Ended)
                yield break;
            if (part.Bytes.IsEmpty && ShortestRound - agent.Time.GetElapsedTime(asked) is var left && left > TimeSpan.Zero)
                await Task.Delay(left, agent.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The lines of UTF-8 text, without their ends; the last one also if it has none.</summary>
    internal static async IAsyncEnumerable<string> LinesAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> parts, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (decoder, line) = (Encoding.UTF8.GetDecoder(), new StringBuilder());
        await foreach (var part in parts.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // A character may have begun in the part before.
            var characters = new char[Encoding.UTF8.GetMaxCharCount(part.Length)];
            var (from, count) = (0, decoder.GetChars(part.Span, characters, flush: false));
            for (var end = Array.IndexOf(characters, '\n', from, count); end >= 0; end = Array.IndexOf(characters, '\n', from, count - from))
            {
                line.Append(characters, from, end - from);
                from = end + 1;
                yield return Take(line);
            }
            line.Append(characters, from, count - from);
            if (line.Length >= LongestLine)
                yield return Take(line);
        }
        if (line.Length > 0)
            yield return Take(line);
    }

    private static string Take(StringBuilder line)
    {
        var text = line.ToString();
        line.Clear();
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}
