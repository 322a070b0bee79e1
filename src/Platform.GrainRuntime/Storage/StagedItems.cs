namespace Platform.GrainRuntime.Storage;

/// <inheritdoc cref="IPersistentItems{T}"/>
public sealed class StagedItems<T> : IPersistentItems<T>
{
    private readonly IItemsStore _store;
    private readonly Dictionary<string, T> _items = [];
    private readonly SerialWriter _writer;
    private HashSet<string> _staged = [];
    private bool _clears;
    private long? _etag;

    /// <summary>An empty collection until <see cref="LoadAsync"/>.</summary>
    public StagedItems(IItemsStore store)
    {
        _store = store;
        _writer = new SerialWriter(WriteStagedAsync);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, T> Items => _items;

    /// <summary>Reads what is stored; once, before the grain is activated.</summary>
    public async Task LoadAsync()
    {
        var (etag, items) = await _store.ReadAsync();
        _etag = etag;
        _items.EnsureCapacity(items.Count);
        foreach (var (key, value) in items)
        {
            _items.Add(key, StoredJson.Read<T>(value));
        }
    }

    /// <inheritdoc/>
    public void Set(string key, T value)
    {
        _items[key] = value;
        _staged.Add(key);
    }

    /// <inheritdoc/>
    public bool Remove(string key)
    {
        var isRemoved = _items.Remove(key);
        if (isRemoved)
        {
            _staged.Add(key);
        }

        return isRemoved;
    }

    /// <inheritdoc/>
    public Task WriteAsync() => _staged.Count == 0 && !_clears && !_writer.IsWriting ? Task.CompletedTask : _writer.WriteAsync();

    /// <inheritdoc/>
    public Task ClearAsync()
    {
        _items.Clear();
        _staged.Clear();
        _clears = true;
        return WriteAsync();
    }

    private async Task WriteStagedAsync()
    {
        var (staged, clears) = (_staged, _clears);
        if (staged.Count == 0 && !clears)
        {
            return;
        }

        var changes = new KeyValuePair<string, byte[]?>[staged.Count];
        var i = 0;
        foreach (var key in staged)
        {
            changes[i++] = new(key, _items.TryGetValue(key, out var value) ? StoredJson.Write(value) : null);
        }

        (_staged, _clears) = ([], false);
        try
        {
            _etag = await _store.WriteAsync(_etag, clears, changes);
        }
        catch
        {
            // Still to be written; what a later clear took away stays away.
            if (!_clears)
            {
                _staged.UnionWith(staged);
            }

            _clears |= clears;
            throw;
        }
    }
}
