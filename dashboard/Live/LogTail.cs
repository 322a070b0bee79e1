using System.Text;
using Platform.Contracts.Agents;

namespace Platform.Dashboard.Live;

/// <summary>Follows one file of a task for one reader, across rotations, until the task has ended.</summary>
/// <remarks>The newest lines are kept, at most <see cref="Most"/>; older ones are in the file.</remarks>
public sealed class LogTail : IAsyncDisposable
{
    /// <summary>So many lines are kept.</summary>
    public const int Most = 10_000;

    /// <summary>It begins so many bytes before the end.</summary>
    private const long First = 1024 * 1024;

    private const int Part = 256 * 1024;

    /// <summary>A line without end is cut there, characters.</summary>
    private const int LongestLine = 16 * 1024;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestRound = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<LogLine> _lines = new();
    private readonly Lock _lock = new();
    private readonly AnsiText _ansi = new();
    private readonly StringBuilder _open = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly Task _reading;
    private long _number;

    /// <param name="agent">The agent that has the file.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="file">The path in its sandbox.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Called after each part, on any thread; must be quick.</param>
    public LogTail(IAgentGrain agent, string taskId, string file, TimeProvider time, Action changed) => _reading = ReadAsync(agent, taskId, file, time, changed);

    /// <summary>The task has ended and everything was read.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Why nothing can be read at the moment; null: all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>How many lines were read; grows.</summary>
    public long Count => Interlocked.Read(ref _number);

    /// <summary>The lines that are kept, oldest first.</summary>
    public IReadOnlyList<LogLine> Lines()
    {
        lock (_lock)
            return [.. _lines];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        // A read that waits at the agent ends by itself within seconds; nobody waits for it.
        _ = _reading.ContinueWith(_ => _stopping.Dispose(), TaskScheduler.Default);
    }

    private async Task ReadAsync(IAgentGrain agent, string taskId, string file, TimeProvider time, Action changed)
    {
        var request = new FileRequest { TaskId = taskId, Path = file, Offset = -First, Length = Part, WaitSeconds = FileRequest.LongestWait, Rotation = "" };
        var isFirst = true;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var asked = time.GetTimestamp();
                var chunk = await agent.ReadFileAsync(request);
                if (_stopping.IsCancellationRequested)
                    return;
                Trouble = chunk.Error;
                if (chunk.Error is null)
                {
                    Take(chunk, isFirst && chunk.Offset > 0);
                    isFirst = false;
                    request = request with { Offset = chunk.Offset + chunk.Bytes.Length, Rotation = chunk.Rotation };
                    IsEnded = chunk is { Ended: true, More: false };
                }

                changed();
                if (IsEnded)
                    return;
                // An agent that does not wait is not asked again at once.
                if (chunk.Error is not null || chunk is { Bytes.Length: 0, More: false } && time.GetElapsedTime(asked) < ShortestRound)
                    await Task.Delay(Retry, time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure)
            {
                Trouble = failure.Message;
                changed();
                await Task.Delay(Retry, time, CancellationToken.None);
            }
        }
    }

    private void Take(FileChunk chunk, bool beginsWithin)
    {
        var characters = new char[_decoder.GetCharCount(chunk.Bytes, false)];
        _decoder.GetChars(chunk.Bytes, characters, false);
        var text = characters.AsSpan();
        // The first line of the end of a file is most likely the end of a line.
        if (beginsWithin && text.IndexOf('\n') is >= 0 and var start)
            text = text[(start + 1)..];
        lock (_lock)
        {
            foreach (var range in text.Split('\n'))
            {
                var (from, length) = range.GetOffsetAndLength(text.Length);
                _open.Append(text.Slice(from, length));
                if (from + length < text.Length || _open.Length > LongestLine)
                    Close();
            }

            if (chunk is { Ended: true, More: false } && _open.Length > 0)
                Close();
        }
    }

    private void Close()
    {
        while (_lines.Count >= Most)
            _lines.Dequeue();
        _lines.Enqueue(_ansi.Read(Interlocked.Increment(ref _number), _open.ToString()));
        _open.Clear();
    }
}
