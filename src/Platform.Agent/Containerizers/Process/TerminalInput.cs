using System.Runtime.InteropServices;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>
/// What is typed into a task's own terminal. The supervisor's writer, which holds the near end, takes it from a named pipe, so that it does not depend on
/// which run of the agent started the task. Messages are as Native/terminal.h describes them.
/// </summary>
internal sealed class TerminalInput : IAttachedCommand
{
    // What is not larger the kernel takes as a whole or not at all: PIPE_BUF.
    private const int LargestMessage = 4096;
    private const int HeaderSize = 3 * sizeof(ushort);
    private const byte EndOfTransmission = 4;

    private readonly ProcessWatcher _watcher;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _disposing = new();
    private int _pipe;

    private TerminalInput(int pipe, ProcessWatcher watcher) => (_pipe, _watcher) = (pipe, watcher);

    /// <summary>Makes the pipe of a task that is about to be started. False: the file system has no pipes, and nothing can be typed.</summary>
    public static bool Make(string path)
    {
        const uint OwnerOnly = 0b110_000_000;
        Remove(path);
        return Libc.MakePipe(path, OwnerOnly) == 0;
    }

    /// <summary>Removes it. Idempotent.</summary>
    public static void Remove(string path) => File.Delete(path);

    /// <summary>Attaches to what a task reads.</summary>
    /// <exception cref="TaskStartException">It has no terminal, or has ended.</exception>
    public static TerminalInput Open(string path, ProcessWatcher watcher)
    {
        // Nobody reads from it once the terminal is gone.
        var pipe = Libc.Open(path, Libc.WriteOnly | Libc.NonBlocking | Libc.CloseOnExec, 0);
        return pipe >= 0 ? new(pipe, watcher) : throw IContainer.NoTerminal();
    }

    /// <inheritdoc/>
    public Task<(bool IsError, int Count)> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) => Task.FromResult((false, 0));

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        const int Most = LargestMessage - HeaderSize;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Most, bytes.Length)..])
            await SendAsync(Message(default, bytes.Span[..Math.Min(Most, bytes.Length)]), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task EndInputAsync(CancellationToken cancellation) => WriteAsync(new[] { EndOfTransmission }, cancellation);

    /// <inheritdoc/>
    public Task ResizeAsync(TerminalSize size, CancellationToken cancellation) => SendAsync(Message(size, []), cancellation);

    /// <inheritdoc/>
    public Task SignalAsync(int signal, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<int> ExitAsync(CancellationToken cancellation) => Task.FromResult(0);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _writing.WaitAsync().ConfigureAwait(false);
        _ = Libc.Close(_pipe);
        _pipe = -1;
        _writing.Release();
        _disposing.Dispose();
    }

    private static byte[] Message(TerminalSize size, ReadOnlySpan<byte> bytes)
    {
        var message = new byte[HeaderSize + bytes.Length];
        var header = MemoryMarshal.Cast<byte, ushort>(message.AsSpan(0, HeaderSize));
        (header[0], header[1], header[2]) = ((ushort)bytes.Length, (ushort)size.Columns, (ushort)size.Rows);
        bytes.CopyTo(message.AsSpan(HeaderSize));
        return message;
    }

    private async Task SendAsync(byte[] message, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (_pipe >= 0 && !_disposing.IsCancellationRequested && Write(message) is var error and not 0)
            {
                if (error == Libc.Eagain)
                {
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposing.Token);
                    await _watcher.WaitReadyAsync(_pipe, toWrite: true, either.Token).ConfigureAwait(false);
                }
                else if (error != Libc.Eintr)
                {
                    return;
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private unsafe int Write(byte[] message)
    {
        fixed (byte* at = message)
            return Libc.Write(_pipe, at, message.Length) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
