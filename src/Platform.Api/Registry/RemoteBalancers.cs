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

    private readonly ConcurrentDictionary<string, RemoteBalancer> _balancers = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private long _mark;

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
        var balancer = new RemoteBalancer(gone => _balancers.TryRemove(gone.Id, out _));
        _balancers[balancer.Id] = balancer;
        return balancer;
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
