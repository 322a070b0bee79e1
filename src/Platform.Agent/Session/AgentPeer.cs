using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Platform.Agent.Executors;
using Platform.Agent.Security;
using Platform.Agent.Tasks;
using Platform.Agent.Updates;
using Platform.Agent.Watching;
using Platform.Contracts.Agents;

namespace Platform.Agent.Session;

/// <summary>Holds a session for a real agent: carries out orders, and collects what there is to send into as few frames as possible.</summary>
internal sealed class AgentPeer : ISessionPeer
{
    private const int UpdatesPerFrame = 500;

    private readonly Func<AgentRegistration> _registration;
    private readonly TaskTable _tasks;
    private readonly UpdateOutbox _outbox;
    private readonly SandboxReads _reads;
    private readonly TaskExecs _execs;
    private readonly FolderWatcher _folders;
    private readonly ExecutorTable _executors;
    private readonly TaskIdentities _identities;
    private readonly WorkDirectory _work;
    private readonly LoggingLevel _logging;
    private readonly Func<AgentUsage> _measure;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TimeSpan _heartbeat = TimeSpan.FromSeconds(5);
    private long _lastHeartbeat;
    private int _renewal;

    public AgentPeer(
        Func<AgentRegistration> registration, TaskTable tasks, UpdateOutbox outbox, SandboxReads reads, TaskExecs execs, FolderWatcher folders, ExecutorTable executors, TaskIdentities identities, WorkDirectory work,
        LoggingLevel logging, Func<AgentUsage> measure, TimeProvider time, ILogger logger)
    {
        _registration = registration;
        _tasks = tasks;
        _outbox = outbox;
        _reads = reads;
        _execs = execs;
        _folders = folders;
        _executors = executors;
        _identities = identities;
        _work = work;
        _logging = logging;
        _measure = measure;
        _time = time;
        _logger = logger;
        _outbox.Added += Wake;
        _reads.Ready += Wake;
        _execs.Ready += Wake;
        _folders.Ready += Wake;
        _executors.Ready += Wake;
        _identities.Ready += Wake;
    }

    /// <inheritdoc/>
    public AgentRegistration Register()
    {
        // What changes from here on is said in the next session.
        Interlocked.Exchange(ref _renewal, 0);
        var registration = _registration();
        return registration with { Tasks = _tasks.Report(), Volumes = VolumeFolders.List(_work, _logger), Logging = _logging.Current };
    }

    /// <inheritdoc/>
    public void Registered(AgentRegistered registered)
    {
        _heartbeat = TimeSpan.FromSeconds(Math.Max(0.05, registered.HeartbeatSeconds));
        _lastHeartbeat = 0;
        _outbox.Restart();
        _reads.Restart();
        _execs.Restart();
        _folders.Restart();
        _identities.Restart();
    }

    /// <inheritdoc/>
    public void Receive(AgentCommand command)
    {
        foreach (var updateId in command.Acknowledge)
            _tasks.Acknowledge(updateId);
        foreach (var kill in command.Kill)
            _tasks.Kill(kill);
        foreach (var signal in command.Signals)
            _tasks.Find(signal.TaskId)?.Running?.Signal(signal.Signal);
        _tasks.Launch(command.Launch);
        foreach (var renewal in command.Secrets)
            _tasks.RenewSecrets(renewal);
        foreach (var read in command.ReadFiles)
            _reads.Add(read);
        foreach (var exec in command.Exec)
            _execs.Add(exec);
        foreach (var input in command.ExecInput)
            _execs.Add(input);
        foreach (var message in command.Messages)
            _executors.Send(message);
        if (command.Watch is { } watches)
            _folders.Set(watches);
        foreach (var token in command.Tokens)
            _identities.Receive(token);
        foreach (var taken in command.TakenFiles)
            _folders.Taken(taken);
        if (command.Logging is { } logging)
            _logging.Set(logging);
        if (command.Prune is { } prune)
            _tasks.Prune(prune.Excluded);
        foreach (var volume in command.DestroyVolumes)
            VolumeFolders.Destroy(volume, _work, _logger);
    }

    /// <inheritdoc/>
    public async Task<AgentMessage> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (Interlocked.Exchange(ref _renewal, 0) != 0)
                throw new IOException("what this agent offers has changed, and it registers anew");
            var updates = _outbox.Take(UpdatesPerFrame);
            var files = _reads.Take();
            var execs = _execs.Take();
            var appeared = _folders.Take();
            var messages = _executors.Take();
            var tokens = _identities.Take();
            var heartbeat = _lastHeartbeat == 0 || _time.GetElapsedTime(_lastHeartbeat) >= _heartbeat ? Measure() : null;
            if (!updates.IsEmpty || !files.IsEmpty || !execs.IsEmpty || !appeared.IsEmpty || !messages.IsEmpty || !tokens.IsEmpty || heartbeat is not null)
                return new AgentMessage { Heartbeat = heartbeat, Updates = updates, Files = files, Exec = execs, Appeared = appeared, Messages = messages, TokenRequests = tokens };
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

    /// <summary>What the agent offers has changed: the session ends, and the next one says so.</summary>
    public void Renew()
    {
        Interlocked.Exchange(ref _renewal, 1);
        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private AgentUsage Measure()
    {
        _lastHeartbeat = _time.GetTimestamp();
        return _measure();
    }
}
