using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>A task that is a container of the engine.</summary>
internal sealed class DockerContainer : IContainer
{
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(30);

    private readonly DockerContainerizer _containerizer;
    private readonly ContainerRequest _request;
    private readonly string _id;
    private readonly string _stopSignal;
    private readonly int _pid;
    private readonly DateTimeOffset _startedAt;
    private readonly TaskCgroup _cgroup = TaskCgroup.None;
    private int _killing;
    private bool _isRecorded;

    private DockerContainer(DockerContainerizer containerizer, ContainerRequest request, ContainerEnd end)
    {
        (_containerizer, _request, _id, _stopSignal) = (containerizer, request, containerizer.NameOf(request), "");
        (Started, Ended, _isRecorded) = (Task.FromResult<RunningContainer?>(null), Task.FromResult(end), true);
    }

    private DockerContainer(DockerContainerizer containerizer, ContainerRequest request, ContainerInspectResponse found, ValueList<string> addresses, bool isFresh, string? image)
    {
        (_containerizer, _request, _id) = (containerizer, request, found.ID);
        _stopSignal = found.Config?.StopSignal is { Length: > 0 } signal ? signal : "SIGTERM";
        _pid = (int)(found.State?.Pid ?? 0);
        _startedAt = DateTimeOffset.TryParse(found.State?.StartedAt, System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : containerizer.Time.GetUtcNow();
        if (_pid > 0)
            _cgroup = ContainerCgroup.Of(_pid);
        // One that has ended before anybody saw it run was running all the same, unless that was told before.
        Started = Task.FromResult(_pid > 0 || isFresh ? new RunningContainer(_pid) { Addresses = addresses, Image = image } : null);
        Ended = FollowAsync(found.Config?.Tty == true);
    }

    /// <inheritdoc/>
    public Task<RunningContainer?> Started { get; }

    /// <inheritdoc/>
    public Task<ContainerEnd> Ended { get; }

    /// <inheritdoc/>
    public TimeSpan Age => _containerizer.Time.GetUtcNow() - _startedAt is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    /// <inheritdoc/>
    public bool IsOutOfMemory => _cgroup.OomKills() > 0;

    /// <summary>A container that is there.</summary>
    /// <param name="containerizer">Whose it is.</param>
    /// <param name="request">The task.</param>
    /// <param name="found">What the engine says of it.</param>
    /// <param name="addresses">Its addresses in networks of its own or of its pod.</param>
    /// <param name="isFresh">True if this run of the agent started it.</param>
    /// <param name="image">Its image and the digest of that; null: not known.</param>
    public static DockerContainer Of(
        DockerContainerizer containerizer, ContainerRequest request, ContainerInspectResponse found, ValueList<string> addresses, bool isFresh, string? image = null) =>
        new(containerizer, request, found, addresses, isFresh, image);

    /// <summary>A container of which only the end is known.</summary>
    public static DockerContainer Ending(DockerContainerizer containerizer, ContainerRequest request, ContainerEnd end) => new(containerizer, request, end);

    /// <inheritdoc/>
    public void Stop() => _ = SendAsync(_stopSignal);

    /// <inheritdoc/>
    public void Signal(int signal) => _ = SendAsync($"{signal}");

    /// <inheritdoc/>
    public void Kill()
    {
        // Repeated until it has ended, and the engine may take its time.
        if (Interlocked.Exchange(ref _killing, 1) == 0)
            _ = KillOnceAsync();

        async Task KillOnceAsync()
        {
            await SendAsync("SIGKILL").ConfigureAwait(false);
            Interlocked.Exchange(ref _killing, 0);
        }
    }

    /// <inheritdoc/>
    public async Task DestroyAsync()
    {
        // How it ended is known only to the engine until it is written down; what stays here is removed later, when the task is over.
        if (!_isRecorded || _containerizer.Engine.ClientIfThere is not { } client)
            return;
        using var limit = new CancellationTokenSource(RemovalLimit, _containerizer.Time);
        try
        {
            await client.Containers.RemoveContainerAsync(_id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, limit.Token).ConfigureAwait(false);
        }
        catch (DockerContainerNotFoundException)
        {
            // Removed before.
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException || DockerEngine.IsGone(e))
        {
            _containerizer.Logger.LogWarning("The container of {TaskId} is removed later: {Reason}", _request.Spec.TaskId, PullFailure.MessageOf(e));
            return;
        }
        File.Delete(_containerizer.PositionFile(_request));
    }

    /// <inheritdoc/>
    public bool Owns(int pid) => _cgroup.Processes().Contains(pid);

    /// <inheritdoc/>
    public ContainerUsage? Measure(Lazy<List<ProcessEntry>> table) =>
        _cgroup.CpuSeconds() is { } seconds ? new(seconds, _cgroup.MemoryBytes() ?? 0, _cgroup.Processes().Count) : null;

    /// <inheritdoc/>
    public async Task<int?> RunAsync(CommandSpec command, CancellationToken cancellation)
    {
        string? id = null;
        DockerClient? client = null;
        try
        {
            client = await _containerizer.Engine.ClientAsync(cancellation).ConfigureAwait(false);
            var made = await client.Exec.CreateContainerExecAsync(_id, new ContainerExecCreateParameters
            {
                Cmd = [.. Tasks.TaskEnvironment.Command(command)],
                User = command.User ?? "",
                AttachStdout = true,
                AttachStderr = true,
            }, cancellation).ConfigureAwait(false);
            id = made.ID;
            using var output = await client.Exec.StartContainerExecAsync(id, new ContainerExecStartParameters(), cancellation).ConfigureAwait(false);
            var buffer = new byte[4096];
            while (!(await output.ReadOutputAsync(buffer, 0, buffer.Length, cancellation).ConfigureAwait(false)).EOF)
            {
            }
            return (int?)(await client.Exec.InspectContainerExecAsync(id, cancellation).ConfigureAwait(false)).ExitCode;
        }
        catch (OperationCanceledException)
        {
            if (id is not null && client is not null)
                await EndCommandAsync(client, id).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is DockerApiException || DockerEngine.IsGone(e))
        {
            _containerizer.Logger.LogDebug("A command in the container of {TaskId} could not be run: {Reason}", _request.Spec.TaskId, PullFailure.MessageOf(e));
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<IAttachedCommand> AttachAsync(AttachRequest request, CancellationToken cancellation) =>
        await AttachedExec.StartAsync(_containerizer, _id, request, cancellation).ConfigureAwait(false);

    // The engine has no way to end a command, but says which process it is.
    private static async Task EndCommandAsync(DockerClient client, string id)
    {
        try
        {
            if (await client.Exec.InspectContainerExecAsync(id).ConfigureAwait(false) is { Running: true, Pid: > 1 and var pid })
                _ = Libc.Kill((int)pid, Libc.SigKill);
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException || DockerEngine.IsGone(e))
        {
            // It ends with its container.
        }
    }

    private async Task SendAsync(string signal)
    {
        try
        {
            if (_containerizer.Engine.ClientIfThere is { } client)
                await client.Containers.KillContainerAsync(_id, new ContainerKillParameters { Signal = signal }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException || DockerEngine.IsGone(e))
        {
            // It does not run any more, or the engine is gone: then the signal is repeated or the container has ended with it.
            _containerizer.Logger.LogDebug("{Signal} could not be sent to the container of {TaskId}: {Reason}", signal, _request.Spec.TaskId, PullFailure.MessageOf(e));
        }
    }

    private async Task<ContainerEnd> FollowAsync(bool hasTerminal)
    {
        var stopping = _containerizer.Stopping;
        var copy = new LogCopy(
            _containerizer.Engine, _id, hasTerminal, _request.Sandbox, _containerizer.PositionFile(_request), _containerizer.Time, _containerizer.Logger);
        var output = copy.RunAsync(stopping);
        var end = await EndAsync(stopping).ConfigureAwait(false);
        // What it wrote last shall be there when its end is told, however much that is; only an engine that says nothing more is not waited for.
        for (var batches = -1L; !output.IsCompleted && batches != copy.Batches;)
        {
            batches = copy.Batches;
            await Task.WhenAny(output, Task.Delay(LogLimit, _containerizer.Time, stopping)).ConfigureAwait(false);
        }
        stopping.ThrowIfCancellationRequested();
        if (output.IsFaulted)
            _containerizer.Logger.LogWarning("The output of {TaskId} could not be brought into its sandbox: {Reason}", _request.Spec.TaskId, output.Exception.InnerException?.Message);
        try
        {
            ContainerRecord.AddEnd(_request.File, end);
            _isRecorded = true;
        }
        catch (IOException e)
        {
            _containerizer.Logger.LogWarning("The end of {TaskId} cannot be written down, its container stays until it is told: {Reason}", _request.Spec.TaskId, e.Message);
        }
        return end;
    }

    private async Task<ContainerEnd> EndAsync(CancellationToken stopping)
    {
        try
        {
            var state = await _containerizer.AskAsync(async client =>
            {
                while (true)
                {
                    await client.Containers.WaitContainerAsync(_id, stopping).ConfigureAwait(false);
                    if ((await client.Containers.InspectContainerAsync(_id, stopping).ConfigureAwait(false)).State is { Running: false, Restarting: false } ended)
                        return ended;
                }
            }, stopping).ConfigureAwait(false);
            return new ContainerEnd { ExitCode = (int)state.ExitCode, IsOutOfMemory = state.OOMKilled && state.ExitCode != 0 };
        }
        catch (DockerContainerNotFoundException)
        {
            return new ContainerEnd { Gap = "The container was removed by somebody else, so its exit status is not known" };
        }
    }
}
