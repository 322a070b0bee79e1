using System.Threading.Channels;
using Platform.Agent.Containerizers;
using Platform.Contracts.Agents;
using Platform.Core.Collections;

namespace Platform.Agent.Session;

/// <summary>One command beside a task: carries its input and output as fast as the slower side takes them, and ends it when its client is gone.</summary>
internal sealed class TaskExec(ExecStart start, Action<ExecOutput> send, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly NumberedFrames<ExecInput> _frames = new();
    private readonly Channel<ExecInput> _inputs = Channel.CreateUnbounded<ExecInput>();
    private readonly CancellationTokenSource _gone = new();
    private readonly SemaphoreSlim _room = new(0);
    private IAttachedCommand? _command;
    private TerminalSize? _resized;
    private bool _isDisposed;
    private long _number;
    private long _sent;
    private long _takenByClient;
    private long _taken;
    private long _heard = time.GetTimestamp();

    /// <summary>Takes in a frame of the client. Does not block.</summary>
    public void Receive(ExecInput input)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            foreach (var frame in _frames.Take(input.Number, input))
                Handle(frame);
        }
    }

    /// <summary>Runs it to its end, or until the task is over or the session ends.</summary>
    public async Task RunAsync(IContainer container, Task taskOver, CancellationToken session)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(session, _gone.Token);
        var size = start.Tty ? TerminalSize.Of(start.Columns, start.Rows) : (TerminalSize?)null;
        var attached = start.OwnInput ? container.AttachInputAsync() : container.AttachAsync(new AttachRequest(start.Command, start.Environment, size), stop.Token);
        await using var command = await attached.ConfigureAwait(false);
        Send(new() { Id = start.Id, Started = true });
        TerminalSize? resized;
        lock (_gate)
            (_command, resized) = (command, _resized);
        if (resized is { } wanted)
            await command.ResizeAsync(wanted, stop.Token).ConfigureAwait(false);
        _ = taskOver.ContinueWith(_ => Leave(), TaskScheduler.Default);
        var input = WriteAsync(command, stop.Token);
        var alive = KeepAliveAsync(stop.Token);
        try
        {
            await (start.OwnInput ? input : ReadAsync(command, stop.Token)).ConfigureAwait(false);
            var status = await command.ExitAsync(stop.Token).ConfigureAwait(false);
            Send(new() { Id = start.Id, ExitStatus = status });
        }
        catch (OperationCanceledException) when (taskOver.IsCompleted && !session.IsCancellationRequested)
        {
            Fail("The task has ended, and the command with it");
        }
        finally
        {
            lock (_gate)
                _command = null;
            Leave();
            await input.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await alive.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>It ends without a status.</summary>
    public void Fail(string reason) => Send(new() { Id = start.Id, Error = reason });

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _gone.Dispose();
            _room.Dispose();
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (!_isDisposed)
                _gone.Cancel();
        }
    }

    private void Handle(ExecInput frame)
    {
        _heard = time.GetTimestamp();
        // What was typed before is still typed; who is silent for long has gone for good.
        if (frame.Close && start.OwnInput)
            _inputs.Writer.TryComplete();
        else if (frame.Close)
            Leave();
        if (frame.Taken > _takenByClient)
        {
            _takenByClient = frame.Taken;
            _room.Release();
        }
        if (frame is { Columns: > 0, Rows: > 0 })
        {
            _resized = TerminalSize.Of(frame.Columns, frame.Rows);
            _ = _command?.ResizeAsync(_resized.Value, _gone.Token);
        }
        if (frame.Signal > 0)
            _ = _command?.SignalAsync(frame.Signal, _gone.Token);
        if (frame.Bytes.Length > 0 || frame.End)
            _inputs.Writer.TryWrite(frame);
    }

    private async Task ReadAsync(IAttachedCommand command, CancellationToken cancellation)
    {
        var buffer = new byte[ExecStart.LargestFrame];
        while (true)
        {
            var (isError, count) = await command.ReadAsync(buffer, cancellation).ConfigureAwait(false);
            if (count == 0)
                return;
            Send(new() { Id = start.Id, IsError = isError, Bytes = buffer[..count] });
            _sent += count;
            while (_sent - Interlocked.Read(ref _takenByClient) >= ExecStart.Window)
                await _room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(IAttachedCommand command, CancellationToken cancellation)
    {
        await foreach (var frame in _inputs.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            if (frame.Bytes.Length > 0)
            {
                await command.WriteAsync(frame.Bytes, cancellation).ConfigureAwait(false);
                Interlocked.Add(ref _taken, frame.Bytes.Length);
                Send(new() { Id = start.Id });
            }
            if (frame.End)
                await command.EndInputAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task KeepAliveAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(ExecStart.KeepAliveSeconds), time);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            if (time.GetElapsedTime(Interlocked.Read(ref _heard)).TotalSeconds > ExecStart.SilenceSeconds)
                Leave();
            Send(new() { Id = start.Id });
        }
    }

    private void Send(ExecOutput output)
    {
        lock (_gate)
            send(output with { Number = _number++, Taken = Interlocked.Read(ref _taken) });
    }
}
