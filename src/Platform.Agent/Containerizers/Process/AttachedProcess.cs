using System.Runtime.InteropServices;
using System.Threading.Channels;
using Platform.Agent.Processes;

namespace Platform.Agent.Containerizers.Process;

/// <summary>A process beside a task, whose input and output are pipes or a terminal that the agent holds.</summary>
internal sealed class AttachedProcess : IAttachedCommand
{
    private const int PartsAhead = 4, LargestPart = 32 * 1024;
    private const byte EndOfTransmission = 4;

    private static readonly TimeSpan HangUpGrace = TimeSpan.FromSeconds(2);

    private readonly ProcessWatcher _watcher;
    private readonly int _pid;
    private readonly bool _hasTerminal;
    private readonly int _output;
    private readonly int _errors;
    private readonly Task<int?> _exit;
    private readonly Channel<(bool IsError, ReadOnlyMemory<byte> Bytes)> _parts = Channel.CreateBounded<(bool, ReadOnlyMemory<byte>)>(PartsAhead);
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _reading;
    private readonly SemaphoreSlim _writing = new(1);
    private int _input;
    private (bool IsError, ReadOnlyMemory<byte> Bytes) _rest;

    private AttachedProcess(ProcessWatcher watcher, int pid, bool hasTerminal, int input, int output, int errors)
    {
        (_watcher, _pid, _hasTerminal, _input, _output, _errors) = (watcher, pid, hasTerminal, input, output, errors);
        _exit = watcher.WaitForExitAsync(pid);
        _reading = ReadAllAsync();
    }

    /// <summary>Starts it.</summary>
    /// <exception cref="IOException">The machine has no terminal or pipe left.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started.</exception>
    public static AttachedProcess Start(CommandRun command, TerminalSize? size, ProcessWatcher watcher) =>
        size is { } given ? OnTerminal(command, given, watcher) : OnPipes(command, watcher);

    /// <inheritdoc/>
    public async Task<(bool IsError, int Count)> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_rest.Bytes.IsEmpty)
        {
            if (!await _parts.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false) || !_parts.Reader.TryRead(out _rest))
                return (false, 0);
        }
        var count = Math.Min(buffer.Length, _rest.Bytes.Length);
        _rest.Bytes[..count].CopyTo(buffer);
        _rest.Bytes = _rest.Bytes[count..];
        return (_rest.IsError, count);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (!bytes.IsEmpty && _input >= 0)
            {
                var (count, error) = Write(_input, bytes.Span);
                if (count > 0)
                    bytes = bytes[count..];
                else if (error == Libc.Eagain)
                    await _watcher.WaitReadyAsync(_input, toWrite: true, either.Token).ConfigureAwait(false);
                else if (error != Libc.Eintr)
                    return;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It has ended, and takes no more.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task EndInputAsync(CancellationToken cancellation)
    {
        if (_hasTerminal)
        {
            await WriteAsync(new[] { EndOfTransmission }, cancellation).ConfigureAwait(false);
            return;
        }
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        CloseInput();
        _writing.Release();
    }

    /// <inheritdoc/>
    public Task ResizeAsync(TerminalSize size, CancellationToken cancellation)
    {
        if (_hasTerminal && !_disposing.IsCancellationRequested)
            PseudoTerminal.Resize(_output, size.Columns, size.Rows);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SignalAsync(int signal, CancellationToken cancellation)
    {
        Kill(signal);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<int> ExitAsync(CancellationToken cancellation)
    {
        const int OfSignal = 128;
        var status = await _exit.WaitAsync(cancellation).ConfigureAwait(false) ?? 0;
        return (status & 0x7f) is > 0 and var signal ? OfSignal + signal : (status >> 8) & 0xff;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _writing.WaitAsync().ConfigureAwait(false);
        CloseInput();
        // The end of a terminal is told to all that run on it; pipes stay, so that last words do not end what is about to tidy up.
        if (_hasTerminal)
            _ = Libc.Close(_output);
        Kill(Libc.SigHup);
        await Task.WhenAny(_exit, Task.Delay(HangUpGrace)).ConfigureAwait(false);
        Kill(Libc.SigKill);
        await _exit.ConfigureAwait(false);
        if (!_hasTerminal)
        {
            _ = Libc.Close(_output);
            _ = Libc.Close(_errors);
        }
        _disposing.Dispose();
        _ended.Dispose();
    }

    // It is not reaped before its end is told, so its number cannot belong to another process yet.
    private void Kill(int signal)
    {
        if (!_exit.IsCompleted)
            _ = Libc.Kill(-_pid, signal);
    }

    private void CloseInput()
    {
        if (_input >= 0)
            _ = Libc.Close(_input);
        _input = -1;
    }

    private async Task ReadAllAsync()
    {
        var streams = _errors >= 0 ? Task.WhenAll(ReadAsync(_output, false), ReadAsync(_errors, true)) : ReadAsync(_output, false);
        // What it started and left behind may keep its output open: what is there at its end is all that counts.
        await Task.WhenAny(streams, _exit).ConfigureAwait(false);
        if (!streams.IsCompleted)
            await _ended.CancelAsync().ConfigureAwait(false);
        await streams.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _parts.Writer.TryComplete();
        await Task.WhenAny(_exit, Task.Delay(Timeout.Infinite, _disposing.Token)).ConfigureAwait(false);
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    private async Task ReadAsync(int descriptor, bool isError)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, _disposing.Token);
        while (true)
        {
            var buffer = new byte[LargestPart];
            var (count, error) = Read(descriptor, buffer);
            if (count > 0)
            {
                await _parts.Writer.WriteAsync((isError, buffer.AsMemory(0, count)), _disposing.Token).ConfigureAwait(false);
                continue;
            }
            if (error == Libc.Eintr)
                continue;
            // A terminal whose other side is closed answers with an error.
            if (error != Libc.Eagain || _ended.IsCancellationRequested)
                return;
            try
            {
                await _watcher.WaitReadyAsync(descriptor, toWrite: false, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!_disposing.IsCancellationRequested)
            {
                // It has ended: what it wrote last is read, without waiting for more.
            }
        }
    }

    private static unsafe (int Count, int Error) Read(int descriptor, byte[] buffer)
    {
        fixed (byte* at = buffer)
        {
            var count = (int)Libc.Read(descriptor, at, buffer.Length);
            return (count, count < 0 ? Marshal.GetLastPInvokeError() : 0);
        }
    }

    private static unsafe (int Count, int Error) Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
        {
            var count = (int)Libc.Write(descriptor, at, bytes.Length);
            return (count, count < 0 ? Marshal.GetLastPInvokeError() : 0);
        }
    }

    private static AttachedProcess OnTerminal(CommandRun command, TerminalSize size, ProcessWatcher watcher)
    {
        var terminal = PseudoTerminal.Open(size.Columns, size.Rows);
        var input = -1;
        try
        {
            if (command.Owner is { } user)
                _ = Libc.ChangeOwner(terminal.Path, user.Uid, user.Gid);
            // A second number for the same file: reading and writing wait each for itself.
            input = Libc.Control(terminal.Descriptor, Libc.DuplicateAbove, 0);
            return new(watcher, command.Start(new StandardStreams(-1, -1, -1, terminal.Path)), hasTerminal: true, input, terminal.Descriptor, -1);
        }
        catch
        {
            _ = Libc.Close(terminal.Descriptor);
            if (input >= 0)
                _ = Libc.Close(input);
            throw;
        }
    }

    private static unsafe AttachedProcess OnPipes(CommandRun command, ProcessWatcher watcher)
    {
        // Pairs of the end to read and the end to write, for the three streams in their order.
        var ends = stackalloc int[6];
        new Span<int>(ends, 6).Fill(-1);
        try
        {
            for (var i = 0; i < 3; i++)
            {
                if (Libc.Pipe(ends + (2 * i), Libc.CloseOnExec) != 0)
                    throw new IOException($"This machine has no pipe to give: {Libc.Describe(Marshal.GetLastPInvokeError())}");
            }
            foreach (var own in (ReadOnlySpan<int>)[ends[1], ends[2], ends[4]])
                _ = Libc.Control(own, Libc.SetStatusFlags, Libc.NonBlocking);
            // A program that opens /dev/stdin anew needs the rights on the pipe.
            foreach (var far in (ReadOnlySpan<int>)[ends[0], ends[3], ends[5]])
                _ = command.Owner is { } user ? Libc.ChangeOwner(far, user.Uid, user.Gid) : 0;
            var pid = command.Start(new StandardStreams(ends[0], ends[3], ends[5]));
            var started = new AttachedProcess(watcher, pid, hasTerminal: false, ends[1], ends[2], ends[4]);
            ends[1] = ends[2] = ends[4] = -1;
            return started;
        }
        finally
        {
            foreach (var end in new ReadOnlySpan<int>(ends, 6))
            {
                if (end >= 0)
                    _ = Libc.Close(end);
            }
        }
    }
}
