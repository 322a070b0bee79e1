namespace Platform.GrainRuntime.Storage;

/// <inheritdoc cref="IPersistentLog{T}"/>
public sealed class StagedLog<T> : IPersistentLog<T>
{
    private readonly ILogStore _store;
    private readonly SerialWriter _writer;

    /// <summary>Not yet known to be stored; the first one has the number <see cref="_storedNext"/>.</summary>
    private readonly List<T> _staged = [];
    private long _storedNext = 1;
    private long _storedFirst = 1;
    private long? _etag;

    /// <summary>An empty log until <see cref="LoadAsync"/>.</summary>
    public StagedLog(ILogStore store)
    {
        _store = store;
        _writer = new SerialWriter(WriteStagedAsync);
    }

    /// <inheritdoc/>
    public long NextSequence => _storedNext + _staged.Count;

    /// <inheritdoc/>
    public long FirstSequence { get; private set; } = 1;

    /// <summary>Reads the bounds of what is stored; once, before the grain is activated.</summary>
    public async Task LoadAsync()
    {
        if (await _store.ReadAsync() is { } stored)
        {
            _etag = stored.Etag;
            _storedNext = stored.Next;
            FirstSequence = _storedFirst = stored.First;
        }
    }

    /// <inheritdoc/>
    public long Append(T entry)
    {
        _staged.Add(entry);
        return NextSequence - 1;
    }

    /// <inheritdoc/>
    public Task WriteAsync() =>
        _staged.Count == 0 && FirstSequence == _storedFirst && !_writer.IsWriting ? Task.CompletedTask : _writer.WriteAsync();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LogEntry<T>>> ReadAsync(long fromSequence, int count)
    {
        var from = Math.Max(fromSequence, FirstSequence);

        // The end first, from memory: a write may move it to the store while the beginning is read from there.
        var storedNext = _storedNext;
        var end = new List<LogEntry<T>>();
        for (var sequence = Math.Max(from, storedNext); sequence < NextSequence && sequence - from < count; sequence++)
        {
            end.Add(new(sequence, _staged[(int)(sequence - storedNext)]));
        }

        if (from >= storedNext || count <= 0)
        {
            return end;
        }

        var stored = await _store.ReadAsync(from, (int)Math.Min(count, storedNext - from));
        return [.. stored.Select(entry => new LogEntry<T>(entry.Sequence, StoredJson.Read<T>(entry.Value))), .. end];
    }

    /// <inheritdoc/>
    public void TrimBefore(long sequence) => FirstSequence = Math.Clamp(sequence, FirstSequence, NextSequence);

    private async Task WriteStagedAsync()
    {
        var first = FirstSequence;
        if (_staged.Count == 0 && first == _storedFirst)
        {
            return;
        }

        var entries = new byte[_staged.Count][];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = StoredJson.Write(_staged[i]);
        }

        _etag = await _store.WriteAsync(_etag, first, _storedNext, entries);
        _staged.RemoveRange(0, entries.Length);
        _storedNext += entries.Length;
        _storedFirst = first;
    }
}
