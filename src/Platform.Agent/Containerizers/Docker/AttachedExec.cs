using Docker.DotNet;
using Docker.DotNet.Models;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>A command that the engine runs in a container, with its input and output.</summary>
internal sealed class AttachedExec : IAttachedCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly DockerClient _client;
    private readonly MultiplexedStream _stream;
    private readonly TimeProvider _time;
    private readonly string _id;
    private readonly bool _hasTerminal;
    private bool _isOver;

    private AttachedExec(DockerClient client, string id, MultiplexedStream stream, bool hasTerminal, TimeProvider time) =>
        (_client, _id, _stream, _hasTerminal, _time) = (client, id, stream, hasTerminal, time);

    /// <summary>Starts it.</summary>
    /// <exception cref="TaskStartException">The engine refuses, with its words.</exception>
    public static async Task<AttachedExec> StartAsync(DockerContainerizer containerizer, string container, AttachRequest request, CancellationToken cancellation)
    {
        try
        {
            var client = await containerizer.Engine.ClientAsync(cancellation).ConfigureAwait(false);
            var hasTerminal = request.Terminal is not null;
            var made = await client.Exec.CreateContainerExecAsync(container, new ContainerExecCreateParameters
            {
                Cmd = [.. TaskEnvironment.Command(request.Command)],
                Env = [.. request.Environment.Select(one => $"{one.Key}={one.Value}")],
                User = request.Command.User ?? "",
                TTY = hasTerminal,
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
            }, cancellation).ConfigureAwait(false);
            var stream = await client.Exec.StartContainerExecAsync(made.ID, new ContainerExecStartParameters { TTY = hasTerminal }, cancellation).ConfigureAwait(false);
            var started = new AttachedExec(client, made.ID, stream, hasTerminal, containerizer.Time);
            if (request.Terminal is { } size)
                await started.ResizeAsync(size, cancellation).ConfigureAwait(false);
            return started;
        }
        catch (Exception e) when (e is DockerApiException || DockerEngine.IsGone(e))
        {
            throw new TaskStartException(TaskReasons.LaunchFailed, $"The command could not be started: {PullFailure.MessageOf(e)}");
        }
    }

    /// <inheritdoc/>
    public async Task<(bool IsError, int Count)> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var part = new byte[buffer.Length];
        MultiplexedStream.ReadResult got;
        try
        {
            got = await _stream.ReadOutputAsync(part, 0, part.Length, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (DockerEngine.IsGone(e))
        {
            return (false, 0);
        }
        part.AsSpan(0, got.Count).CopyTo(buffer.Span);
        return (got.Target == MultiplexedStream.TargetStream.StandardError, got.Count);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await _stream.WriteAsync(bytes.ToArray(), 0, bytes.Length, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (DockerEngine.IsGone(e))
        {
            // It has ended, and takes no more.
        }
    }

    /// <inheritdoc/>
    public Task EndInputAsync(CancellationToken cancellation)
    {
        const byte EndOfTransmission = 4;
        if (_hasTerminal)
            return WriteAsync(new[] { EndOfTransmission }, cancellation);
        try
        {
            _stream.CloseWrite();
        }
        catch (Exception e) when (DockerEngine.IsGone(e))
        {
            // It has ended before.
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ResizeAsync(TerminalSize size, CancellationToken cancellation)
    {
        if (!_hasTerminal)
            return;
        try
        {
            await _client.Exec.ResizeExecTtyAsync(_id, new ContainerResizeParameters { Height = size.Rows, Width = size.Columns }, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DockerApiException || DockerEngine.IsGone(e))
        {
            // It has ended.
        }
    }

    /// <inheritdoc/>
    public async Task SignalAsync(int signal, CancellationToken cancellation)
    {
        // The engine has no way to signal a command, but says which process of the machine it is.
        if (await InspectAsync(cancellation).ConfigureAwait(false) is { Running: true, Pid: > 1 and var pid })
            _ = Libc.Kill((int)pid, signal);
    }

    /// <inheritdoc/>
    public async Task<int> ExitAsync(CancellationToken cancellation)
    {
        // Its output ends a moment before the engine knows how it ended.
        while (true)
        {
            if (await InspectAsync(cancellation).ConfigureAwait(false) is not { } found)
                throw new TaskStartException(TaskReasons.LaunchFailed, "The Docker Engine does not know how the command ended");
            if (!found.Running)
            {
                _isOver = true;
                return (int)(found.ExitCode ?? 0);
            }
            await Task.Delay(Pause, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stream.Dispose();
        if (_isOver)
            return;
        using var limit = new CancellationTokenSource(EndLimit, _time);
        try
        {
            await SignalAsync(Libc.SigHup, limit.Token).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(2), _time, limit.Token).ConfigureAwait(false);
            await SignalAsync(Libc.SigKill, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The engine does not answer; the command ends with its container.
        }
    }

    private async Task<ContainerExecInspectResponse?> InspectAsync(CancellationToken cancellation)
    {
        try
        {
            return await _client.Exec.InspectContainerExecAsync(_id, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DockerApiException || DockerEngine.IsGone(e))
        {
            return null;
        }
    }
}
