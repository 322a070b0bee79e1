namespace Platform.Core.Allocation;

internal sealed partial class ResourceAllocator
{
    /// <summary>The longest life of a filter; Mesos' bound.</summary>
    internal static readonly TimeSpan MaxFilterTimeout = TimeSpan.FromDays(365);

    /// <summary>The life of a filter when none, or a negative one, is given; Mesos' default.</summary>
    internal static readonly TimeSpan DefaultFilterTimeout = TimeSpan.FromSeconds(5);

    private readonly PriorityQueue<AgentEntry, long> _filterExpiries = new();

    /// <summary>When the next filter ends, in ticks; null when there is none.</summary>
    internal long? NextFilterExpiry => _filterExpiries.TryPeek(out _, out var ticks) ? ticks : null;

    /// <summary>Bounds a number of seconds that a framework sent: negative or not a number gives 5 s, more than a year a year.</summary>
    internal static TimeSpan FilterTimeout(double refuseSeconds) =>
        double.IsNaN(refuseSeconds) || refuseSeconds < 0 ? DefaultFilterTimeout
        : refuseSeconds >= MaxFilterTimeout.TotalSeconds ? MaxFilterTimeout
        : TimeSpan.FromSeconds(refuseSeconds);

    /// <summary>Keeps what a client refused away from it.</summary>
    /// <param name="entry">The agent.</param>
    /// <param name="client">The client that refused.</param>
    /// <param name="refused">What it refused, without allocation marks.</param>
    /// <param name="timeout">For how long; zero for not at all, unless the options say otherwise.</param>
    /// <param name="now">The time, in ticks.</param>
    internal void AddFilter(AgentEntry entry, RoleClient client, Resources refused, TimeSpan timeout, long now)
    {
        if (timeout == TimeSpan.Zero && !_options.FilterZeroDeclines)
            return;
        var life = timeout > _options.MinFilterTimeout ? timeout : _options.MinFilterTimeout;
        var expires = now + life.Ticks;
        entry.Filters ??= [];
        entry.Filters.TryGetValue(client, out var next);
        if (next is not null && next.Generation != client.FilterGeneration)
            next = null;
        entry.Filters[client] = new(refused, expires, NextSequence(), client.FilterGeneration, next);
        if (expires >= entry.NextFilterExpiry)
            return;
        entry.NextFilterExpiry = expires;
        _filterExpiries.Enqueue(entry, expires);
    }

    /// <summary>Ends the filters that are due.</summary>
    /// <param name="now">The time, in ticks.</param>
    /// <param name="sequenceLimit">Of filters due right now, only those made before this number end.</param>
    /// <returns>The agents that may be offered again.</returns>
    internal List<AgentEntry> ExpireFilters(long now, long sequenceLimit = long.MaxValue)
    {
        var freed = new List<AgentEntry>();
        List<AgentEntry>? again = null;
        while (_filterExpiries.TryPeek(out var entry, out var ticks) && ticks <= now)
        {
            _filterExpiries.Dequeue();
            if (ticks != entry.NextFilterExpiry || entry.Filters is null || !Agents.ContainsKey(entry.Id))
                continue;
            if (RemoveDue(entry, now, sequenceLimit))
            {
                freed.Add(entry);
                entry.SettledVersion = -1;
            }
            if (entry.NextFilterExpiry != long.MaxValue)
                (again ??= []).Add(entry);
        }
        foreach (var entry in again ?? [])
            _filterExpiries.Enqueue(entry, entry.NextFilterExpiry);
        return freed;
    }

    internal int CountFilters(string? role = null) => Agents.Values.Sum(agent => agent.Filters?.Sum(pair =>
    {
        var count = 0;
        for (var filter = pair.Value; filter is not null; filter = filter.Next)
            count += filter.Generation == pair.Key.FilterGeneration && (role is null || pair.Key.Role.Path == role) ? 1 : 0;
        return count;
    }) ?? 0);

    internal static bool IsFiltered(AgentEntry entry, RoleClient client, Resources resources)
    {
        if (entry.Filters is null || !entry.Filters.TryGetValue(client, out var filter))
            return false;
        for (; filter is not null; filter = filter.Next)
        {
            if (filter.Generation == client.FilterGeneration && filter.Refused.Contains(resources))
                return true;
        }
        return false;
    }

    private static bool RemoveDue(AgentEntry entry, long now, long sequenceLimit)
    {
        var removed = false;
        var earliest = long.MaxValue;
        List<RoleClient>? empty = null;
        List<(RoleClient Client, OfferFilter Filter)>? heads = null;
        foreach (var (client, head) in entry.Filters!)
        {
            OfferFilter? kept = null;
            var changed = false;
            for (var filter = head; filter is not null; filter = filter.Next)
            {
                if (filter.IsDue(now, sequenceLimit) || filter.Generation != client.FilterGeneration)
                {
                    changed = true;
                    continue;
                }
                earliest = Math.Min(earliest, filter.Expires);
                kept = new(filter.Refused, filter.Expires, filter.Sequence, filter.Generation, kept);
            }
            if (!changed)
                continue;
            removed = true;
            if (kept is null)
                (empty ??= []).Add(client);
            else
                (heads ??= []).Add((client, kept));
        }
        foreach (var client in empty ?? [])
            entry.Filters.Remove(client);
        foreach (var (client, filter) in heads ?? [])
            entry.Filters[client] = filter;
        if (entry.Filters.Count == 0)
            entry.Filters = null;
        entry.NextFilterExpiry = earliest;
        return removed;
    }
}
