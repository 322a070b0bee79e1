using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Takes what many owners have to tell the registry there in few calls. One for each silo; thread-safe.</summary>
/// <remarks>
/// It is for what nobody balances connections to, and so need not be known at once: whoever has something to tell waits for a turn, which is the same for all that
/// come within <see cref="Gathers"/>, and says then what is still so. A call is sent <see cref="Collects"/> after the first change of it, when the others of the turn have spoken, too.
/// </remarks>
public sealed class EndpointPost : IDisposable
{
    /// <summary>From the first that waits for a turn to the turn. 0.5 s.</summary>
    public static readonly TimeSpan Gathers = TimeSpan.FromSeconds(0.5);

    /// <summary>From the first change that is told to the call that it goes with. 25 ms: a call is answered sooner than the next owner speaks, so that without it each would have its own.</summary>
    public static readonly TimeSpan Collects = TimeSpan.FromMilliseconds(25);

    /// <summary>So many changes are in a call at most: the registry has other callers, too.</summary>
    private const int Most = 1_000;

    private readonly Func<ValueList<EndpointChange>, Task<RegistryAnswer>> _apply;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private readonly Queue<(EndpointChange Change, TaskCompletionSource<RegistryAnswer> Answer)> _untold = new();
    private TaskCompletionSource? _turn;
    private bool _isTelling;

    /// <summary>An empty one.</summary>
    /// <param name="apply">Tells the registry.</param>
    /// <param name="time">The clock.</param>
    public EndpointPost(Func<ValueList<EndpointChange>, Task<RegistryAnswer>> apply, TimeProvider time)
    {
        (_apply, _time) = (apply, time);
        _timer = time.CreateTimer(_ => Open(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Done when it is time to say what has changed.</summary>
    public Task TurnAsync()
    {
        lock (_lock)
        {
            if (_turn is null)
            {
                _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _timer.Change(Gathers, Timeout.InfiniteTimeSpan);
            }
            return _turn.Task;
        }
    }

    /// <summary>Tells a change together with those of others.</summary>
    /// <returns>What the registry says to all of them: services among <see cref="RegistryAnswer.Missing"/> may be others'.</returns>
    public Task<RegistryAnswer> TellAsync(EndpointChange change)
    {
        var answer = new TaskCompletionSource<RegistryAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _untold.Enqueue((change, answer));
            if (_isTelling)
                return answer.Task;
            _isTelling = true;
        }
        // Beside the grain that happens to be the first.
        Task.Run(TellAllAsync).Ignore();
        return answer.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _turn?.TrySetResult();
    }

    private void Open()
    {
        TaskCompletionSource? turn;
        lock (_lock)
            (turn, _turn) = (_turn, null);
        turn?.TrySetResult();
    }

    private async Task TellAllAsync()
    {
        while (true)
        {
            await Task.Delay(Collects, _time);
            var batch = new List<(EndpointChange Change, TaskCompletionSource<RegistryAnswer> Answer)>();
            lock (_lock)
            {
                while (batch.Count < Most && _untold.TryDequeue(out var next))
                    batch.Add(next);
            }
            try
            {
                var answer = await _apply(batch.Select(told => told.Change).ToValueList());
                foreach (var told in batch)
                    told.Answer.TrySetResult(answer);
            }
#pragma warning disable CA1031 // Each of them hears it, and tells again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                foreach (var told in batch)
                    told.Answer.TrySetException(failure);
            }
            lock (_lock)
            {
                if (_untold.Count > 0)
                    continue;
                _isTelling = false;
                return;
            }
        }
    }
}
