namespace Platform.Core.Ownership;

/// <summary>The last so many ids that were added; the oldest is forgotten for a new one.</summary>
public sealed class RecentIds(int most)
{
    private HashSet<string>? _ids;
    private Queue<string>? _order;

    /// <summary>Remembers an id.</summary>
    public void Add(string id)
    {
        _ids ??= new(StringComparer.Ordinal);
        _order ??= new();
        if (!_ids.Add(id))
            return;
        _order.Enqueue(id);
        if (_order.Count > most)
            _ids.Remove(_order.Dequeue());
    }

    /// <summary>Whether it is among them.</summary>
    public bool Has(string id) => _ids?.Contains(id) == true;
}
