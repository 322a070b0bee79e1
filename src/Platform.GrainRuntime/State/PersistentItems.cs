using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <inheritdoc cref="IPersistentItems{T}"/>
internal sealed class PersistentItems<T> : IPersistentItems<T>, IActivationPart
{
    private readonly Activation _activation;
    private readonly string _name;
    private readonly Dictionary<string, T> _items = [];
    private readonly SerialWriter _writer;
    private HashSet<string> _staged = [];
    private bool _clears;
    private long? _etag;

    public PersistentItems(Activation activation, string name)
    {
        _activation = activation;
        _name = name;
        _writer = new SerialWriter(WriteStagedAsync);
    }

    public IReadOnlyDictionary<string, T> Items => _items;

    public Task LoadAsync()
    {
        if (_activation.Silo.Storage.ReadItems(_activation.GrainId, _name) is { } stored)
        {
            _etag = stored.Etag;
            _items.EnsureCapacity(stored.Items.Count);
            foreach (var (key, data) in stored.Items)
            {
                _items.Add(key, StoredJson.Read<T>(data));
            }
        }

        return Task.CompletedTask;
    }

    public void Set(string key, T value)
    {
        _items[key] = value;
        _staged.Add(key);
    }

    public bool Remove(string key) => _items.Remove(key) && (_staged.Add(key) || true);

    public Task WriteAsync() => _staged.Count == 0 && !_clears && !_writer.IsWriting ? Task.CompletedTask : _writer.WriteAsync();

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
        var write = new ItemsWrite(_activation.GrainId, _name, _etag, clears, changes);
        _activation.Write(write);
        try
        {
            await write.Done;
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

        _etag = write.Etag;
    }
}
