using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <inheritdoc cref="IPersistentLog{T}"/>
internal sealed class PersistentLog<T> : IPersistentLog<T>, IActivationPart
{
    private readonly Activation _activation;
    private readonly string _name;
    private readonly SerialWriter _writer;

    /// <summary>Not yet known to be on disk; the first one has the number <see cref="_storedNext"/>.</summary>
    private readonly List<T> _staged = [];
    private long _storedNext = 1;
    private long _storedFirst = 1;
    private long? _etag;

    public PersistentLog(Activation activation, string name)
    {
        _activation = activation;
        _name = name;
        _writer = new SerialWriter(WriteStagedAsync);
    }

    public long NextSequence => _storedNext + _staged.Count;

    public long FirstSequence { get; private set; } = 1;

    public Task LoadAsync()
    {
        if (_activation.Silo.Storage.ReadLog(_activation.GrainId, _name) is { } stored)
        {
            _etag = stored.Etag;
            _storedNext = stored.Next;
            FirstSequence = _storedFirst = stored.First;
        }

        return Task.CompletedTask;
    }

    public long Append(T entry)
    {
        _staged.Add(entry);
        return NextSequence - 1;
    }

    public Task WriteAsync() =>
        _staged.Count == 0 && FirstSequence == _storedFirst && !_writer.IsWriting ? Task.CompletedTask : _writer.WriteAsync();

    public ValueTask<IReadOnlyList<LogEntry<T>>> ReadAsync(long fromSequence, int count)
    {
        var from = Math.Max(fromSequence, FirstSequence);
        var entries = new List<LogEntry<T>>();
        if (from < _storedNext && count > 0)
        {
            foreach (var (sequence, data) in _activation.Silo.Storage.ReadEntries(_activation.GrainId, _name, from, count))
            {
                // A write under way may be on disk already; its entries come from memory below.
                if (sequence < _storedNext)
                {
                    entries.Add(new(sequence, StoredJson.Read<T>(data)));
                }
            }
        }

        for (var sequence = Math.Max(from, _storedNext); sequence < NextSequence && entries.Count < count; sequence++)
        {
            entries.Add(new(sequence, _staged[(int)(sequence - _storedNext)]));
        }

        return new(entries);
    }

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

        var write = new LogWrite(_activation.GrainId, _name, _etag, first, _storedNext, entries);
        _activation.Write(write);
        await write.Done;
        _etag = write.Etag;
        _staged.RemoveRange(0, entries.Length);
        _storedNext += entries.Length;
        _storedFirst = first;
    }
}
