using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Platform.Agent.Isolation;
using Platform.Agent.Tasks;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Core.Tasks;

namespace Platform.Agent.Security;

/// <summary>Gives each task a token that tells who it is: in a file that is renewed before it ends, and by a socket for other audiences. The control plane signs them.</summary>
internal sealed class TaskIdentities(WorkDirectory work, MappedIds? ids, TimeProvider time, ILogger logger) : IDisposable
{
    private const int RequestsPerFrame = 500;

    /// <summary>So long a task waits for its first token; then it starts without, and gets it later.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (TaskTokenRequest Request, TaskCompletionSource<TaskToken> Answer)> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<TaskTokenRequest> _toSend = new();
    private long _requests;

    /// <summary>Raised when <see cref="Take"/> has something.</summary>
    public event Action? Ready;

    /// <summary>Begins to look after a task's identity, or goes on with it after a restart of the agent.</summary>
    /// <param name="spec">The task.</param>
    /// <param name="owns">Whether a process, by its id, is one of the task's; may wait until that is known.</param>
    public void Begin(TaskSpec spec, Func<int, CancellationToken, Task<bool>> owns)
    {
        if (spec.Identity is null || _held.ContainsKey(spec.TaskId))
            return;
        try
        {
            var held = new Held(spec) { Folder = IdentityFiles.Make(spec, work) };
            if (!_held.TryAdd(spec.TaskId, held))
                return;
            held.Socket = IdentitySocket.Open(
                Path.Combine(held.Folder, IdentityFiles.Socket), TaskOwner.Of(spec, work, ids), owns, (audience, cancellation) => GiveAsync(held, audience, cancellation), logger);
            _ = KeepAsync(held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The task {TaskId} has no identity: {Reason}", spec.TaskId, e.Message);
        }
    }

    /// <summary>Waits a moment for the first token of a task.</summary>
    public async Task FirstAsync(TaskSpec spec, CancellationToken cancellation)
    {
        if (!_held.TryGetValue(spec.TaskId, out var held))
            return;
        try
        {
            await held.First.Task.WaitAsync(StartPatience, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            logger.LogWarning("The task {TaskId} starts without its token, which the control plane has not sent within {Patience}", spec.TaskId, StartPatience);
        }
    }

    /// <summary>The task is over: its token and its socket go.</summary>
    public void End(string taskId)
    {
        if (!_held.TryRemove(taskId, out var held))
            return;
        held.Dispose();
        try
        {
            IdentityFiles.Remove(taskId, work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The token of {TaskId} could not be removed: {Reason}", taskId, e.Message);
        }
    }

    /// <summary>Removes what an earlier run of the agent left of tasks that are gone.</summary>
    /// <param name="taskIds">The tasks that are there.</param>
    public void RemoveOthers(IEnumerable<string> taskIds)
    {
        try
        {
            IdentityFiles.RemoveOthers(taskIds, work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("Tokens of tasks that are gone could not be removed: {Reason}", e.Message);
        }
    }

    /// <summary>A new session: what was asked and not answered is asked again.</summary>
    public void Restart()
    {
        _toSend.Clear();
        foreach (var (_, asked) in _asked)
            _toSend.Enqueue(asked.Request);
        if (!_toSend.IsEmpty)
            Ready?.Invoke();
    }

    /// <summary>What to ask the control plane next.</summary>
    public ValueList<TaskTokenRequest> Take()
    {
        if (_toSend.IsEmpty)
            return default;
        var requests = new List<TaskTokenRequest>();
        while (requests.Count < RequestsPerFrame && _toSend.TryDequeue(out var request))
        {
            if (_asked.ContainsKey(request.RequestId))
                requests.Add(request);
        }
        return requests.ToValueList();
    }

    /// <summary>An answer came.</summary>
    public void Receive(TaskToken token)
    {
        if (_asked.TryRemove(token.RequestId, out var asked))
            asked.Answer.TrySetResult(token);
    }

    /// <summary>The agent stops: tokens stay as they are, sockets go until it is back.</summary>
    public void Dispose()
    {
        foreach (var (_, held) in _held)
            held.Dispose();
    }

    private async Task KeepAsync(Held held)
    {
        var lifetime = WorkloadTokens.Lifetime(held.Spec.Identity!.LifetimeSeconds);
        var known = IdentityFiles.Read(held.Spec.TaskId, work);
        var failures = 0;
        if (known is not null)
            held.First.TrySetResult();
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                if (known is var (issuedAt, expiresAt))
                    await PauseAsync(WorkloadTokens.RenewalAt(issuedAt, expiresAt, now, failures) - now, held.Ending).ConfigureAwait(false);
                else if (failures > 0)
                    await PauseAsync(WorkloadTokens.RenewalAt(now, now + lifetime, now, failures) - now, held.Ending).ConfigureAwait(false);
                var problem = await RenewAsync(held, token => known = token).ConfigureAwait(false);
                failures = problem is null ? 0 : failures + 1;
                if (failures == 1)
                    logger.LogWarning("The token of {TaskId} is not renewed now: {Reason}", held.Spec.TaskId, problem);
                held.First.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The task has ended, or the agent stops.
        }
    }

    private async Task<string?> RenewAsync(Held held, Action<(DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)> renewed)
    {
        var token = await AskAsync(held.Spec, held.Spec.Identity!.Audience, held.Ending).ConfigureAwait(false);
        if (token.Text is not { } text)
            return token.Problem ?? "the control plane gave no reason";
        try
        {
            IdentityFiles.Write(held.Spec, text.Value, work, TaskOwner.Of(held.Spec, work, ids));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
        // By this machine's clock, which may not be the control plane's.
        var now = time.GetUtcNow();
        renewed((now, now + (token.ExpiresAt - token.IssuedAt)));
        return null;
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellation) => pause <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(pause, time, cancellation);

    // A task that asks again and again costs the control plane one signature for each half of a token's life.
    private async Task<TaskToken> GiveAsync(Held held, string audience, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (held.Given.TryGetValue(audience, out var given) && given.RenewAt > now)
            return given.Token;
        if (held.Given.Count >= Held.MostAudiences && !held.Given.ContainsKey(audience))
            return new() { RequestId = "", Problem = $"a task has tokens for at most {Held.MostAudiences} audiences at a time" };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Ending, cancellation);
        var token = await AskAsync(held.Spec, audience.Length == 0 ? held.Spec.Identity!.Audience : [audience], either.Token).ConfigureAwait(false);
        if (token.Text is not null)
            held.Given[audience] = (token, now + ((token.ExpiresAt - token.IssuedAt) / 2));
        return token;
    }

    private async Task<TaskToken> AskAsync(TaskSpec spec, ValueList<string> audience, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var request = new TaskTokenRequest
        {
            RequestId = Interlocked.Increment(ref _requests).ToString(CultureInfo.InvariantCulture),
            TaskId = spec.TaskId,
            Owner = spec.Owner,
            Audience = audience,
            LifetimeSeconds = spec.Identity!.LifetimeSeconds,
        };
        var answer = new TaskCompletionSource<TaskToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[request.RequestId] = (request, answer);
        _toSend.Enqueue(request);
        Ready?.Invoke();
        try
        {
            return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _asked.TryRemove(request.RequestId, out _);
        }
    }

    private sealed class Held(TaskSpec spec) : IDisposable
    {
        public const int MostAudiences = 16;

        private readonly CancellationTokenSource _ending = new();

        public TaskSpec Spec => spec;

        public required string Folder { get; init; }

        public IdentitySocket? Socket { get; set; }

        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentDictionary<string, (TaskToken Token, DateTimeOffset RenewAt)> Given { get; } = new(StringComparer.Ordinal);

        public CancellationToken Ending => _ending.Token;

        // Not disposed: whoever waits still asks for its token.
        public void Dispose()
        {
            _ending.Cancel();
            Socket?.Dispose();
        }
    }
}
