namespace Platform.Storage.Records;

/// <inheritdoc cref="IPersistentItems{T}"/>
internal sealed class RecordedItems<T> : RecordPart, IPersistentItems<T>
{
    private readonly GrainRecord _record;
    private readonly Dictionary<string, T> _items = new(StringComparer.Ordinal);
    private readonly HashSet<string> _staged = new(StringComparer.Ordinal);
    private bool _clears;

    public RecordedItems(GrainRecord record, string name)
        : base(name)
    {
        _record = record;
        record.Add(this);
    }

    public IReadOnlyDictionary<string, T> Items => _items;

    public override bool IsStaged => _staged.Count > 0 || _clears;

    public void Set(string key, T value)
    {
        _items[key] = value;
        _staged.Add(key);
    }

    public bool Remove(string key)
    {
        var isRemoved = _items.Remove(key);
        if (isRemoved)
            _staged.Add(key);
        return isRemoved;
    }

    public Task WriteAsync() => _record.WriteAsync();

    public Task ClearAsync()
    {
        _items.Clear();
        _staged.Clear();
        _clears = true;
        return _record.WriteAsync();
    }

    public override void Load(StoredRecord stored)
    {
        _items.Clear();
        _staged.Clear();
        _clears = false;
        if (!stored.Collections.TryGetValue(Name, out var items))
            return;
        _items.EnsureCapacity(items.Count);
        foreach (var (key, value) in items)
            _items.Add(key, StoredJson.Read<T>(value));
    }

    public override void Take(RecordChanges changes)
    {
        var items = new KeyValuePair<string, byte[]?>[_staged.Count];
        var i = 0;
        foreach (var key in _staged)
            items[i++] = new(key, _items.TryGetValue(key, out var value) ? StoredJson.Write(value) : null);
        changes.Collections.Add(new(Name, _clears, items));
        _staged.Clear();
        _clears = false;
    }
}
