namespace Platform.Core.Registry;

/// <summary>The processes that follow the registry: how far each of them is, and what nothing of theirs goes to any more.</summary>
/// <typeparam name="TFollower">What they are known by.</typeparam>
/// <param name="lifetime">Who has not come back for so long does not count.</param>
/// <param name="since">When the registry began. Before one lifetime is over it does not know who follows.</param>
public sealed class RegistryFollowers<TFollower>(TimeSpan lifetime, DateTimeOffset since)
    where TFollower : notnull
{
    private readonly Dictionary<TFollower, Follower> _followers = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<TFollower> All => _followers.Keys;

    /// <summary>The addresses of those that count and serve HTTP, in order.</summary>
    public IEnumerable<string> Masters(DateTimeOffset now) =>
        _followers.Values.Where(follower => Counts(follower, now)).Select(follower => follower.Address).OfType<string>().Distinct().Order(StringComparer.Ordinal);

    /// <summary>One comes back.</summary>
    /// <param name="follower">Who.</param>
    /// <param name="applied">The number up to which it has taken changes over.</param>
    /// <param name="address">Where it serves HTTP; null: it does not.</param>
    /// <param name="now">The time.</param>
    public void Seen(TFollower follower, long applied, string? address, DateTimeOffset now) =>
        _followers[follower] = new(now, applied, address, _followers.TryGetValue(follower, out var known) ? known.Free : []);

    /// <summary>One says which of the endpoints that drain have nothing under way that it knows of: these, and no others.</summary>
    public void Free(TFollower follower, IEnumerable<string> endpoints)
    {
        if (_followers.TryGetValue(follower, out var known))
            _followers[follower] = known with { Free = endpoints.ToHashSet(StringComparer.Ordinal) };
    }

    /// <summary>Forgets those that do not count any more.</summary>
    public void Expire(DateTimeOffset now)
    {
        foreach (var (follower, known) in _followers)
        {
            if (!Counts(known, now))
                _followers.Remove(follower);
        }
    }

    /// <summary>Whether all have taken over the changes up to a number.</summary>
    public bool IsApplied(long index, DateTimeOffset now) => _followers.Values.All(follower => follower.Applied >= index || !Counts(follower, now));

    /// <summary>Whether all have taken over the changes up to a number, and none has anything under way at these endpoints.</summary>
    public bool AreFree(IEnumerable<string> endpoints, long index, DateTimeOffset now) =>
        now >= since + lifetime && _followers.Values.Any(follower => Counts(follower, now))
        && _followers.Values.All(follower => !Counts(follower, now) || (follower.Applied >= index && endpoints.All(follower.Free.Contains)));

    private bool Counts(Follower follower, DateTimeOffset now) => follower.Seen >= now - lifetime;

    private sealed record Follower(DateTimeOffset Seen, long Applied, string? Address, HashSet<string> Free);
}
