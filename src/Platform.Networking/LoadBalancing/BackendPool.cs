using System.Net;
using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>The backends of one virtual address. Any thread may choose; one replaces them.</summary>
public sealed class BackendPool
{
    private volatile Backend[] _backends = [];
    private uint _turn;

    /// <summary>The backends, those that only finish what they have left out.</summary>
    public IReadOnlyList<Backend> Backends => _backends;

    /// <summary>How one is chosen.</summary>
    public BalancingPolicy Policy { get; internal set; }

    /// <summary>Replaces the backends; what is known of those that stay is kept, and open connections of those that go are not touched.</summary>
    internal void Set(IReadOnlyList<BalancedEndpoint> endpoints)
    {
        var weights = EndpointShares.WeightsOf(endpoints, endpoint => (endpoint.Weight, endpoint.State == EndpointState.Ready, endpoint.Share));
        Set(endpoints.Select((endpoint, i) => (endpoint.Id, endpoint.Target, weights[i], endpoint.State == EndpointState.Ready)));
    }

    /// <summary>Replaces the backends by these: id, address, share of new connections, and whether they may be given some.</summary>
    internal void Set(IEnumerable<(string Id, IPEndPoint Target, int Weight, bool IsReady)> endpoints)
    {
        var known = _backends.ToDictionary(backend => (backend.Id, backend.Target));
        var backends = new List<Backend>();
        foreach (var (id, target, weight, isReady) in endpoints)
        {
            if (!known.Remove((id, target), out var backend))
                backend = new(id, target);
            backend.Weight = weight;
            backend.IsReady = isReady;
            backend.BeginTurns();
            backends.Add(backend);
        }
        // Who has chosen one of these a moment ago sees it.
        foreach (var gone in known.Values)
            gone.IsReady = false;
        _backends = [.. backends];
    }

    /// <summary>Which of these have open connections, or may get some: all that are known to be done are left out.</summary>
    internal IEnumerable<string> BusyOf(IReadOnlySet<string> ids) => _backends.Where(backend => (backend.IsReady || backend.Active > 0) && ids.Contains(backend.Id)).Select(backend => backend.Id);

    /// <summary>The backend for a new connection; null: none may be given one.</summary>
    /// <param name="client">Who connects.</param>
    /// <param name="isAllowed">Which may be chosen: not those that have just failed for this client.</param>
    /// <param name="now">Milliseconds of <see cref="Environment.TickCount64"/>.</param>
    internal Backend? Choose(IPAddress client, Func<Backend, bool> isAllowed, long now) =>
        Choose(client, isAllowed, now, evenEjected: false) ?? Choose(client, isAllowed, now, evenEjected: true);

    private Backend? Choose(IPAddress client, Func<Backend, bool> isAllowed, long now, bool evenEjected)
    {
        var backends = _backends;
        if (backends.Length == 0)
            return null;
        Backend? best = null;
        var bestScore = (double.MaxValue, double.MaxValue);
        // Among equals another one each time.
        var start = (int)(Interlocked.Increment(ref _turn) % (uint)backends.Length);
        for (var i = 0; i < backends.Length; i++)
        {
            var backend = backends[start + i < backends.Length ? start + i : start + i - backends.Length];
            if (!backend.IsReady || backend.Weight <= 0 || !isAllowed(backend) || (!evenEjected && backend.IsEjected(now)))
                continue;
            // Where nothing goes on, who has had the fewest turns for its weight: a small share is a share also of few connections.
            var score = Policy == BalancingPolicy.SourceAddress
                ? (Rendezvous(client, backend), 0)
                : (backend.Active / (double)backend.Weight, backend.Turns / (double)backend.Weight);
            if (score.CompareTo(bestScore) < 0)
                (best, bestScore) = (backend, score);
        }
        best?.Chosen();
        return best;
    }

    // Highest random weight (Thaler and Ravishankar): who goes or comes moves only its own clients. -ln(u)/weight is smallest with a chance as the weight's share.
    private static double Rendezvous(IPAddress client, Backend backend)
    {
        Span<byte> octets = stackalloc byte[16];
        client.TryWriteBytes(octets, out var length);
        var hash = 14695981039346656037UL;
        foreach (var octet in octets[..length])
            hash = (hash ^ octet) * 1099511628211UL;
        foreach (var c in backend.Id)
            hash = (hash ^ c) * 1099511628211UL;
        // FNV mixes its high bits badly (the finalizer is MurmurHash3's).
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        hash ^= hash >> 33;
        var unit = ((hash >> 11) + 0.5) / (1UL << 53);
        return -Math.Log(unit) / backend.Weight;
    }
}
