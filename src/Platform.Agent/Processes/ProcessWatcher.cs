using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Platform.Agent.Processes;

/// <summary>
/// One thread that waits for the end of processes (children or not, by pidfd, Linux 5.3) and for changes of files
/// (by inotify), whatever their number.
/// </summary>
internal sealed unsafe class ProcessWatcher : IDisposable
{
    private readonly int _epoll;
    private readonly int _inotify;
    private readonly int _wakeRead;
    private readonly int _wakeWrite;
    private readonly Thread _thread;
    private readonly ConcurrentDictionary<int, Waiter> _waiters = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _ready = new();
    private readonly Dictionary<int, Action> _changes = [];
    private readonly Lock _gate = new();
    private volatile bool _stopped;

    public ProcessWatcher()
    {
        _epoll = Check(Libc.EpollCreate(Libc.CloseOnExec));
        _inotify = Check(Libc.InotifyInit(Libc.CloseOnExec | Libc.NonBlocking));
        var ends = stackalloc int[2];
        Check(Libc.Pipe(ends, Libc.CloseOnExec | Libc.NonBlocking));
        (_wakeRead, _wakeWrite) = (ends[0], ends[1]);
        Add(_inotify);
        Add(_wakeRead);
        _thread = new Thread(Run) { IsBackground = true, Name = "process watcher" };
        _thread.Start();
    }

    /// <summary>
    /// Completes when the process has ended: with its wait status if it is a child of this process, else with null. A process that
    /// is not there any more has ended.
    /// </summary>
    public Task<int?> WaitForExitAsync(int pid)
    {
        var descriptor = Libc.PidfdOpen(pid);
        if (descriptor < 0)
            return Task.FromResult(Reap(pid));
        var waiter = new Waiter(pid);
        _waiters[descriptor] = waiter;
        Add(descriptor);
        return waiter.Completion.Task;
    }

    /// <summary>Completes when an open file can be read, or written, or its other end is closed. One waits for a file at a time, and does not close it meanwhile.</summary>
    public Task WaitReadyAsync(int descriptor, bool toWrite, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled(cancellation);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ready[descriptor] = ready;
        Add(descriptor, (toWrite ? Libc.EpollOut : Libc.EpollIn) | (int)Libc.EpollOnce);
        var giveUp = cancellation.Register(() =>
        {
            if (!_ready.TryRemove(new(descriptor, ready)))
                return;
            Libc.EpollControl(_epoll, Libc.EpollCtlDel, descriptor, null);
            ready.TrySetCanceled(cancellation);
        });
        ready.Task.ContinueWith(_ => giveUp.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return ready.Task;
    }

    /// <summary>
    /// Calls back, on the watcher's thread, when the file was written, or one in the directory was created, written or moved in, until disposed.
    /// Several can watch the same.
    /// </summary>
    /// <exception cref="IOException">There is no such file or directory, or the machine's limit of watches is reached.</exception>
    public IDisposable Watch(string path, Action changed)
    {
        lock (_gate)
        {
            // The same number for the same file or directory, however often it is asked for.
            var watch = Check(Libc.InotifyAdd(_inotify, path, Libc.InModify | Libc.InCreate | Libc.InMovedTo));
            _changes[watch] = _changes.GetValueOrDefault(watch) + changed;
            return new Watching(this, watch, changed);
        }
    }

    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        byte one = 1;
        _ = Libc.Write(_wakeWrite, &one, 1);
        _thread.Join();
        foreach (var descriptor in _waiters.Keys)
            _ = Libc.Close(descriptor);
        foreach (var descriptor in (int[])[_inotify, _epoll, _wakeRead, _wakeWrite])
            _ = Libc.Close(descriptor);
    }

    private void Run()
    {
        const int Maximum = 128;
        var events = stackalloc byte[Maximum * EventSize];
        while (!_stopped)
        {
            var count = Libc.EpollWait(_epoll, events, Maximum, -1);
            for (var i = 0; i < count; i++)
            {
                var descriptor = *(int*)(events + (i * EventSize) + DescriptorOffset);
                if (descriptor == _inotify)
                    ReadChanges();
                else if (_waiters.TryRemove(descriptor, out var waiter))
                    Complete(descriptor, waiter);
                else if (_ready.TryRemove(descriptor, out var ready))
                    Complete(descriptor, ready);
            }
        }
    }

    private void Complete(int descriptor, Waiter waiter)
    {
        Libc.EpollControl(_epoll, Libc.EpollCtlDel, descriptor, null);
        _ = Libc.Close(descriptor);
        waiter.Completion.TrySetResult(Reap(waiter.Pid));
    }

    private void Complete(int descriptor, TaskCompletionSource ready)
    {
        Libc.EpollControl(_epoll, Libc.EpollCtlDel, descriptor, null);
        ready.TrySetResult();
    }

    private static int? Reap(int pid) => Libc.WaitPid(pid, out var status, Libc.WNoHang) == pid ? status : null;

    private void ReadChanges()
    {
        const int Header = 16, Size = 16 * 1024;
        var buffer = stackalloc byte[Size];
        nint count;
        while ((count = Libc.Read(_inotify, buffer, Size)) > 0)
        {
            for (nint at = 0; at + Header <= count; at += Header + (nint)(*(uint*)(buffer + at + 12)))
            {
                Action? changed;
                lock (_gate)
                    _changes.TryGetValue(*(int*)(buffer + at), out changed);
                changed?.Invoke();
            }
        }
    }

    /// <summary>struct epoll_event is packed on x86-64 only: 4 bytes of events, then 8 of data.</summary>
    private static readonly int DescriptorOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private static readonly int EventSize = DescriptorOffset + 8;

    private void Add(int descriptor, int events = Libc.EpollIn)
    {
        var interest = stackalloc byte[16];
        new Span<byte>(interest, 16).Clear();
        *(int*)interest = events;
        *(int*)(interest + DescriptorOffset) = descriptor;
        Check(Libc.EpollControl(_epoll, Libc.EpollCtlAdd, descriptor, interest));
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new IOException(Libc.Describe(Marshal.GetLastPInvokeError()));

    private sealed record Waiter(int Pid)
    {
        public TaskCompletionSource<int?> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Watching(ProcessWatcher owner, int watch, Action changed) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            lock (owner._gate)
            {
                if (_disposed || owner._stopped)
                    return;
                _disposed = true;
                if (owner._changes[watch] - changed is { } others)
                {
                    owner._changes[watch] = others;
                    return;
                }
                owner._changes.Remove(watch);
                _ = Libc.InotifyRemove(owner._inotify, watch);
            }
        }
    }
}
