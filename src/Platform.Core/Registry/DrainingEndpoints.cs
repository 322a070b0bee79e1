namespace Platform.Core.Registry;

/// <summary>The endpoints that finish what they have: who sends them something is asked whether they are done. Not for several threads at once.</summary>
public sealed class DrainingEndpoints
{
    private readonly Dictionary<(string Service, string Owner), HashSet<string>> _lists = [];

    /// <summary>Their ids.</summary>
    public IReadOnlySet<string> Ids => _lists.Values.SelectMany(ids => ids).ToHashSet(StringComparer.Ordinal);

    /// <summary>There are none.</summary>
    public bool IsEmpty => _lists.Count == 0;

    /// <summary>Takes over what a <see cref="ServiceDirectory"/> tells.</summary>
    public void Apply(EndpointChange change)
    {
        var key = (change.Service, change.Owner);
        if (!_lists.TryGetValue(key, out var ids))
            ids = new(StringComparer.Ordinal);
        if (change.From is null)
            ids.Clear();
        ids.ExceptWith(change.Removed);
        foreach (var endpoint in change.Set)
        {
            if (endpoint.State == EndpointState.Draining)
                ids.Add(endpoint.Id);
            else
                ids.Remove(endpoint.Id);
        }
        if (ids.Count == 0)
            _lists.Remove(key);
        else
            _lists[key] = ids;
    }
}
