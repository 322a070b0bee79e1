using Platform.Contracts.Directory;
using Platform.Core.Collections;

namespace Platform.Grains.Directory;

/// <summary>The index of one kind of grains.</summary>
[Reentrant, KeepAlive, GrainType("directory")]
public sealed class DirectoryGrain : Grain, IDirectoryGrain
{
    private readonly IPersistentItems<DirectoryEntry> _entries;
    private readonly CoalescingWriter _writer;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private string[]? _sorted;

    /// <summary>Made by the runtime.</summary>
    public DirectoryGrain([PersistentItems("entries", "platform")] IPersistentItems<DirectoryEntry> entries)
    {
        _entries = entries;
        _writer = new(entries.WriteAsync);
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, entry) in _entries.Items)
        {
            if (entry.Name is not null)
                _names[entry.Name] = id;
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task AddAsync(ValueList<string> ids)
    {
        foreach (var id in ids)
        {
            var entry = _entries.Items.GetValueOrDefault(id);
            if (entry is not { Listed: true })
                Set(id, new(true, entry?.Name));
        }
        return WrittenAsync();
    }

    /// <inheritdoc/>
    public Task RemoveAsync(ValueList<string> ids)
    {
        foreach (var id in ids)
        {
            if (_entries.Items.TryGetValue(id, out var entry))
            {
                if (entry.Name is not null)
                    _names.Remove(entry.Name);
                _entries.Remove(id);
                _sorted = null;
            }
        }
        return WrittenAsync();
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> ListAsync(string prefix = "")
    {
        _sorted ??= [.. _entries.Items.Where(entry => entry.Value.Listed).Select(entry => entry.Key).Order(StringComparer.Ordinal)];
        if (prefix.Length == 0)
            return Task.FromResult(ValueList.Create<string>(_sorted));
        var first = Array.BinarySearch(_sorted, prefix, StringComparer.Ordinal);
        first = first < 0 ? ~first : first;
        var end = first;
        while (end < _sorted.Length && _sorted[end].StartsWith(prefix, StringComparison.Ordinal))
            end++;
        return Task.FromResult(ValueList.Create(_sorted.AsSpan(first..end)));
    }

    /// <inheritdoc/>
    public async Task<string> ClaimNameAsync(string name, string id, string? from = null)
    {
        if (_names.TryGetValue(name, out var holder) && holder != id)
        {
            if (holder != from)
                return holder;
            Set(holder, _entries.Items[holder] with { Name = null });
        }
        var entry = _entries.Items.GetValueOrDefault(id) ?? new(false, null);
        if (entry.Name != name)
        {
            if (entry.Name is not null)
                _names.Remove(entry.Name);
            Set(id, entry with { Name = name });
            _names[name] = id;
        }
        await WrittenAsync();
        return id;
    }

    // Also when nothing is new: what is known here may be on its way to the storage still, or have been refused by it.
    private Task WrittenAsync() => _writer.WriteAsync();

    private void Set(string id, DirectoryEntry entry)
    {
        _entries.Set(id, entry);
        _sorted = null;
    }
}
