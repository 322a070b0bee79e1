using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Executors;

/// <summary>All executors of frameworks on one agent, and where they subscribe.</summary>
internal sealed class ExecutorTable : IAsyncDisposable
{
    /// <summary>The variable that tells an executor of the local socket.</summary>
    public const string SocketVariable = "MESOS_DOMAIN_SOCKET";

    private const int LongestSocketPath = 107;
    private const int MostMessages = 1_000;
    private const int BytesPerFrame = 1024 * 1024;

    private readonly ConcurrentDictionary<string, AgentExecutor> _executors = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ExecutorMessage> _messages = new();
    private readonly SemaphoreSlim _starting = new(1);
    private readonly WorkDirectory _work;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ExecutorServer? _server;
    private byte[]? _key;

    public ExecutorTable(ExecutorSettings settings, WorkDirectory work, TimeProvider time, ILogger logger) =>
        (Settings, _work, _time, _logger) = (settings, work, time, logger);

    /// <summary>Raised when <see cref="Take"/> has something.</summary>
    public event Action? Ready;

    /// <summary>How they are dealt with.</summary>
    public ExecutorSettings Settings { get; }

    /// <summary>An executor is there, started or not.</summary>
    public void Add(AgentTask executor) => _executors[executor.Spec.TaskId] = new(executor, _time, _logger);

    /// <summary>Hands tasks of one executor to it, all of a group together. False: the executor is not there any more.</summary>
    public bool Give(IReadOnlyList<AgentTask> tasks)
    {
        if (!_executors.TryGetValue(tasks[0].Spec.RunsIn!, out var executor))
            return false;
        executor.Add(tasks);
        return true;
    }

    /// <summary>A task is to be killed.</summary>
    public void Kill(AgentTask task)
    {
        if (_executors.TryGetValue(task.Spec.RunsIn!, out var executor))
            executor.Kill(task);
    }

    /// <summary>Asks an executor to end. False: it does not listen.</summary>
    public bool Shutdown(string placeId) => _executors.TryGetValue(placeId, out var executor) && executor.Shutdown();

    /// <summary>Whether an executor has subscribed since the agent was started.</summary>
    public bool HasSubscribed(string placeId) => _executors.TryGetValue(placeId, out var executor) && executor.HasSubscribed;

    /// <summary>An executor has ended; its tasks end with it.</summary>
    public void End(string placeId, TaskUpdate last)
    {
        if (_executors.TryRemove(placeId, out var executor))
            executor.End(last);
    }

    /// <summary>The executor that a call names; null: there is none.</summary>
    public AgentExecutor? Find(string frameworkId, string executorId) =>
        _executors.Values.FirstOrDefault(one => one.Spec.ExecutorId == executorId && one.Spec.FrameworkId == frameworkId);

    /// <summary>True if a framework has any executor here.</summary>
    public bool HasFramework(string frameworkId) => _executors.Values.Any(one => one.Spec.FrameworkId == frameworkId);

    /// <summary>Hands a message of a framework to its executor. One for which nobody is there is lost.</summary>
    public void Send(ExecutorMessage message)
    {
        if (FrameworkOwner.IdOf(message.Owner) is { } framework)
            Find(framework, message.ExecutorId)?.Message(message.Data);
    }

    /// <summary>A message of an executor for its framework. Those that nobody takes are lost, the oldest first.</summary>
    public void Receive(ExecutorMessage message)
    {
        _messages.Enqueue(message);
        while (_messages.Count > MostMessages)
            _messages.TryDequeue(out _);
        Ready?.Invoke();
    }

    /// <summary>Messages for the next frame.</summary>
    public ValueList<ExecutorMessage> Take()
    {
        if (_messages.IsEmpty)
            return default;
        var taken = new List<ExecutorMessage>();
        for (var bytes = 0; bytes < BytesPerFrame && _messages.TryDequeue(out var message); bytes += message.Data.Length)
            taken.Add(message);
        if (!_messages.IsEmpty)
            Ready?.Invoke();
        return taken.ToValueList();
    }

    /// <summary>The executor with all that it needs to find its agent.</summary>
    /// <exception cref="TaskStartException">The agent cannot listen for it.</exception>
    public async Task<TaskSpec> EquipAsync(TaskSpec spec, CancellationToken cancellation)
    {
        var port = await ListenAsync(cancellation).ConfigureAwait(false);
        var executor = spec.Executor!;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MESOS_FRAMEWORK_ID"] = executor.FrameworkId,
            ["MESOS_EXECUTOR_ID"] = executor.ExecutorId,
            ["MESOS_SLAVE_ID"] = _work.AgentId,
            ["MESOS_SLAVE_PID"] = $"{ExecutorServer.Process}@127.0.0.1:{port}",
            ["MESOS_AGENT_ENDPOINT"] = $"127.0.0.1:{port}",
            ["MESOS_CHECKPOINT"] = Wire.FrameworkInfo.Parser.ParseFrom(executor.Framework).Checkpoint ? "1" : "0",
            ["MESOS_RECOVERY_TIMEOUT"] = Text(Settings.RecoveryTimeout),
            ["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = Text(TimeSpan.FromSeconds(1)),
            ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = Text(TimeSpan.FromSeconds(spec.KillGraceSeconds)),
            ["MESOS_HTTP_COMMAND_EXECUTOR"] = "0",
        };
        if (Settings.Socket is { } socket)
            variables[SocketVariable] = socket;
        if (Settings.Authenticate)
            variables["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"] = TokenOf(spec.TaskId);
        return spec with { Environment = spec.Environment.Where(one => !variables.ContainsKey(one.Key)).Concat(variables).ToValueMap() };
    }

    /// <summary>Whether a request that showed this token may speak for an executor.</summary>
    public bool MaySpeak(AgentExecutor executor, string? token) =>
        !Settings.Authenticate || (token is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(TokenOf(executor.PlaceId))));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync().ConfigureAwait(false);
        _starting.Dispose();
    }

    // Nobody listens on an agent that has no executors.
    private async Task<int> ListenAsync(CancellationToken cancellation)
    {
        await _starting.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_server is { } there)
                return there.Port;
            if (Settings.Socket is { } socket && Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
                throw new TaskStartException(TaskReasons.LaunchFailed, $"The path of the agent's local socket {socket} is longer than {LongestSocketPath} bytes: start the agent with a shorter --domain-socket-location");
            // Executors that were started before know the port.
            var file = Path.Combine(_work.Root, "executor-port");
            var text = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false) : "";
            var kept = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
            var wanted = Settings.Port > 0 ? Settings.Port : kept;
            try
            {
                _server = await ExecutorServer.StartAsync(this, wanted, _time, _logger).ConfigureAwait(false);
            }
            catch (IOException e) when (wanted > 0 && Settings.Port == 0)
            {
                _logger.LogWarning("The port {Port}, which executors know, is taken; those that run will not find this agent: {Reason}", wanted, e.Message);
                _server = await ExecutorServer.StartAsync(this, 0, _time, _logger).ConfigureAwait(false);
            }
            if (_server.Port != kept)
                WorkDirectory.WriteAtomically(file, _server.Port.ToString(CultureInfo.InvariantCulture));
            return _server.Port;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new TaskStartException(TaskReasons.LaunchFailed, $"The agent cannot listen for executors: {e.Message}");
        }
        finally
        {
            _starting.Release();
        }
    }

    // The same after a restart of the agent.
    private string TokenOf(string placeId) => Convert.ToHexStringLower(HMACSHA256.HashData(Key(), Encoding.UTF8.GetBytes(placeId)));

    private byte[] Key()
    {
        lock (_executors)
        {
            if (_key is { } known)
                return known;
            var file = Path.Combine(_work.Root, "executor-key");
            if (!File.Exists(file))
                WorkDirectory.WriteAtomically(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), secret: true);
            return _key = Convert.FromHexString(File.ReadAllText(file));
        }
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}secs");
}
