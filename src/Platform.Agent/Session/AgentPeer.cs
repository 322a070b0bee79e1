using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Platform.Agent.Sandboxes;
using Platform.Agent.Tasks;
using Platform.Agent.Updates;
using Platform.Contracts.Agents;
using Platform.Core.Collections;

namespace Platform.Agent.Session;

/// <summary>Holds a session for a real agent: carries out orders, and collects what there is to send into as few frames as possible.</summary>
internal sealed class AgentPeer : ISessionPeer
{
    private const int UpdatesPerFrame = 500;
    private const int WaitingReads = 64;

    private readonly Func<AgentRegistration> _registration;
    private readonly TaskTable _tasks;
    private readonly UpdateOutbox _outbox;
    private readonly WorkDirectory _work;
    private readonly Func<AgentUsage> _measure;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<FileRequest> _reads = Channel.CreateBounded<FileRequest>(WaitingReads);
    private TimeSpan _heartbeat = TimeSpan.FromSeconds(5);
    private long _lastHeartbeat;

    public AgentPeer(
        Func<AgentRegistration> registration, TaskTable tasks, UpdateOutbox outbox, WorkDirectory work,
        Func<AgentUsage> measure, TimeProvider time, ILogger logger)
    {
        _registration = registration;
        _tasks = tasks;
        _outbox = outbox;
        _work = work;
        _measure = measure;
        _time = time;
        _logger = logger;
        _outbox.Added += () => _wake.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public AgentRegistration Register()
    {
        var registration = _registration();
        return registration with { Tasks = _tasks.Report(), Volumes = VolumeFolders.List(_work, _logger) };
    }

    /// <inheritdoc/>
    public void Registered(AgentRegistered registered)
    {
        _heartbeat = TimeSpan.FromSeconds(Math.Max(0.05, registered.HeartbeatSeconds));
        _lastHeartbeat = 0;
        _outbox.Restart();
    }

    /// <inheritdoc/>
    public void Receive(AgentCommand command)
    {
        foreach (var updateId in command.Acknowledge)
            _tasks.Acknowledge(updateId);
        foreach (var kill in command.Kill)
            _tasks.Kill(kill);
        _tasks.Launch(command.Launch);
        foreach (var read in command.ReadFiles)
        {
            // A full queue drops the question; who asked gives up after its own time.
            if (_reads.Writer.TryWrite(read))
                _wake.Writer.TryWrite(true);
            else
                _logger.LogWarning("More than {Count} files are being read, {Path} of {TaskId} is not answered", WaitingReads, read.Path, read.TaskId);
        }
        foreach (var volume in command.DestroyVolumes)
            VolumeFolders.Destroy(volume, _work, _logger);
    }

    /// <inheritdoc/>
    public async Task<AgentMessage> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var updates = _outbox.Take(UpdatesPerFrame);
            var files = Read();
            var heartbeat = _lastHeartbeat == 0 || _time.GetElapsedTime(_lastHeartbeat) >= _heartbeat ? Measure() : null;
            if (!updates.IsEmpty || !files.IsEmpty || heartbeat is not null)
                return new AgentMessage { Heartbeat = heartbeat, Updates = updates, Files = files };
            var left = _heartbeat - _time.GetElapsedTime(_lastHeartbeat);
            using var due = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, due.Token);
            try
            {
                await _wake.Reader.ReadAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The heartbeat is due.
            }
        }
    }

    private AgentUsage Measure()
    {
        _lastHeartbeat = _time.GetTimestamp();
        return _measure();
    }

    private ValueList<FileChunk> Read()
    {
        const int PerFrame = 8;
        var chunks = new List<FileChunk>();
        while (chunks.Count < PerFrame && _reads.Reader.TryRead(out var request))
        {
            chunks.Add(_tasks.FindSandbox(request.TaskId) is { } sandbox
                ? SandboxFiles.Read(request, sandbox)
                : new FileChunk { RequestId = request.RequestId, Error = $"This agent has no sandbox of task {request.TaskId}" });
        }
        if (chunks.Count == PerFrame)
            _wake.Writer.TryWrite(true);
        return chunks.ToValueList();
    }
}
