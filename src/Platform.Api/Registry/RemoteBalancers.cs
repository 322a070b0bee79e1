using System.Collections.Concurrent;

namespace Platform.Api.Registry;

/// <summary>The balancers of other processes that follow this process' copy of the registry: what is acknowledged, they go by too.</summary>
/// <remarks>
/// Each is asked by a mark in its stream, after the changes before it, and answers when connections go by those. One that does not answer in
/// time is left out until it does: an agent that hangs holds up the end of an instance once, and no more.
/// </remarks>
public sealed class RemoteBalancers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A connection that breaks is made again in a second or two; meanwhile nobody knows what goes on at its other end.
    private static readonly TimeSpan ComesBack = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, RemoteBalancer> _balancers = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private long _mark;
    private long _lastGone;

    /// <param name="time">The clock of their patience.</param>
    public RemoteBalancers(TimeProvider time) => _time = time;

    /// <summary>How many there are.</summary>
    public int Count => _balancers.Count;

    /// <summary>Ends when all go by what the copy has told until now, are gone, or have not answered for 2 seconds.</summary>
    public async Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        if (_balancers.IsEmpty)
            return;
        var mark = Interlocked.Increment(ref _mark);
        var answers = _balancers.Values.ToDictionary(balancer => balancer, balancer => balancer.AskAsync(mark));
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await Task.WhenAll(answers.Where(answer => !answer.Key.IsLate).Select(answer => answer.Value)).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var (balancer, answer) in answers)
            {
                if (!answer.IsCompleted)
                    balancer.IsLate = true;
            }
        }
    }

    /// <summary>One more follows.</summary>
    internal RemoteBalancer Add()
    {
        var balancer = new RemoteBalancer(gone =>
        {
            _balancers.TryRemove(gone.Id, out _);
            Interlocked.Exchange(ref _lastGone, _time.GetUtcNow().UtcTicks);
        });
        _balancers[balancer.Id] = balancer;
        return balancer;
    }

    /// <summary>Which of these endpoints one of them has something under way at, or has not said that it has not.</summary>
    public IReadOnlySet<string> BusyOf(IReadOnlySet<string> endpoints) =>
        _time.GetUtcNow().UtcTicks - Interlocked.Read(ref _lastGone) < ComesBack.Ticks ? endpoints
        : _balancers.IsEmpty ? new HashSet<string>()
        : endpoints.Where(id => !_balancers.Values.All(balancer => balancer.Free.Contains(id))).ToHashSet(StringComparer.Ordinal);

    /// <summary>One says what nothing of its goes to any more. False: it does not follow here.</summary>
    internal bool Release(string id, IEnumerable<string> endpoints)
    {
        if (!_balancers.TryGetValue(id, out var balancer))
            return false;
        balancer.Free = endpoints.ToHashSet(StringComparer.Ordinal);
        return true;
    }

    /// <summary>One goes by all that was told before a mark. False: it does not follow here.</summary>
    internal bool Acknowledge(string id, long mark)
    {
        if (!_balancers.TryGetValue(id, out var balancer))
            return false;
        balancer.Acknowledge(mark);
        return true;
    }
}
