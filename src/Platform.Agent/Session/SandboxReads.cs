using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Platform.Agent.Processes;
using Platform.Agent.Sandboxes;
using Platform.Agent.Tasks;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Session;

/// <summary>
/// The reads of sandbox files that a session has asked for. One that waits for more holds a watch of its folder and no bytes: the file is read
/// when there is a frame to carry them, and a frame carries a few.
/// </summary>
internal sealed class SandboxReads(TaskTable tasks, ProcessWatcher watcher, TimeProvider time, ILogger logger) : IDisposable
{
    // Questions are small; answers are made for the frame that carries them.
    private const int MostAtOnce = 4096;
    private const int MostWaiting = 256;
    private const int PerFrame = 8;

    // What a task writes within so short a time goes in one answer, so that a stream of lines is not a stream of frames.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    private readonly Channel<FileRequest> _ready = Channel.CreateBounded<FileRequest>(MostAtOnce);
    private CancellationTokenSource _session = new();
    private int _waiting;

    /// <summary>Raised when <see cref="Take"/> has something.</summary>
    public event Action? Ready;

    /// <summary>A new session: nobody waits any more for what the one before asked.</summary>
    public void Restart()
    {
        _session.Cancel();
        _session.Dispose();
        _session = new();
        while (_ready.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Takes a read in. Does not block.</summary>
    public void Add(FileRequest request)
    {
        if (request.WaitSeconds > 0 && Volatile.Read(ref _waiting) < MostWaiting)
        {
            _ = WaitAsync(request, _session.Token);
            return;
        }
        // A full queue drops the question; who asked gives up after its own time.
        if (_ready.Writer.TryWrite(request))
            Ready?.Invoke();
        else
            logger.LogWarning("More than {Count} files are being read, {Path} of {TaskId} is not answered", MostAtOnce, request.Path, request.TaskId);
    }

    /// <summary>Answers for the next frame.</summary>
    public ValueList<FileChunk> Take()
    {
        var chunks = new List<FileChunk>();
        while (chunks.Count < PerFrame && _ready.Reader.TryRead(out var request))
            chunks.Add(Read(request));
        if (chunks.Count == PerFrame)
            Ready?.Invoke();
        return chunks.ToValueList();
    }

    public void Dispose()
    {
        _session.Cancel();
        _session.Dispose();
    }

    private FileChunk Read(FileRequest request)
    {
        // Asked before the file is read: what the task wrote before its end is in this answer.
        var ended = !IsAlive(request.TaskId, out _);
        if (tasks.FindSandbox(request.TaskId) is { } sandbox)
        {
            var chunk = SandboxFiles.Read(ended ? request with { WaitSeconds = 0 } : request, sandbox);
            return chunk with { Ended = ended && !chunk.More };
        }
        return ended || request.WaitSeconds == 0
            ? new FileChunk { RequestId = request.RequestId, Error = $"This agent has no sandbox of task {request.TaskId}" }
            : SandboxFiles.NothingYet(request);
    }

    private async Task WaitAsync(FileRequest request, CancellationToken session)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await UntilAnswerableAsync(request, session).ConfigureAwait(false);
            await _ready.Writer.WriteAsync(request, session).ConfigureAwait(false);
            Ready?.Invoke();
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task UntilAnswerableAsync(FileRequest request, CancellationToken session)
    {
        if (!IsAlive(request.TaskId, out var task))
            return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Min(request.WaitSeconds, FileRequest.LongestWait)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(session, limit.Token);
        try
        {
            while (!HasAnswer(request, task, out var folder))
            {
                var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var watch = watcher.Watch(folder, () => changed.TrySetResult());
                // Looked at again after the watch began: what came before it raises nothing.
                if (HasAnswer(request, task, out _))
                    break;
                await Task.WhenAny(changed.Task, task.Over).WaitAsync(either.Token).ConfigureAwait(false);
            }
            await Task.Delay(Gathering, time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!session.IsCancellationRequested)
        {
            // Nothing came: that is the answer.
        }
        catch (IOException e)
        {
            logger.LogWarning("{Path} of {TaskId} cannot be watched, its reader asks again instead: {Reason}", request.Path, request.TaskId, e.Message);
        }
    }

    // A task that was accepted a moment ago has no sandbox yet.
    private static bool HasAnswer(FileRequest request, AgentTask task, out string folder)
    {
        folder = Path.GetDirectoryName(task.Sandbox)!;
        return task.Status.State.IsTerminal() || (Directory.Exists(task.Sandbox) && SandboxFiles.HasAnswer(request, task.Sandbox, out folder));
    }

    private bool IsAlive(string taskId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AgentTask? task)
    {
        task = tasks.Find(taskId);
        return task is not null && !task.Status.State.IsTerminal();
    }
}
