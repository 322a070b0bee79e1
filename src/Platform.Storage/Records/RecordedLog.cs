namespace Platform.Storage.Records;

/// <inheritdoc cref="IPersistentLog{T}"/>
internal sealed class RecordedLog<T> : RecordPart, IPersistentLog<T>
{
    /// <summary>Bounds one write, whatever has piled up while the storage was away or slow.</summary>
    internal const int MaximumEntries = 1000;

    internal const int MaximumBytes = 512 * 1024;

    private readonly GrainRecord _record;

    /// <summary>Not yet known to be stored; the first one has the number <see cref="_storedNext"/>.</summary>
    private readonly List<(T Entry, byte[] Stored)> _staged = [];
    private long _storedNext = 1;
    private long _storedFirst = 1;
    private LogChange? _taken;

    public RecordedLog(GrainRecord record, string name)
        : base(name)
    {
        _record = record;
        record.Add(this);
    }

    public long NextSequence => _storedNext + _staged.Count;

    public long FirstSequence { get; private set; } = 1;

    public override bool IsStaged => _staged.Count > 0 || FirstSequence != _storedFirst;

    public override bool CanTryAgain => true;

    public long Append(T entry) => Append(entry, out _);

    public long Append(T entry, out int bytes)
    {
        var stored = StoredJson.Write(entry);
        bytes = stored.Length;
        _staged.Add((entry, stored));
        return NextSequence - 1;
    }

    public Task WriteAsync() => _record.WriteAsync();

    public async ValueTask<IReadOnlyList<LogEntry<T>>> ReadAsync(long fromSequence, int count)
    {
        var from = Math.Max(fromSequence, FirstSequence);

        // The end first, from memory: a write may move it to the store while the beginning is read from there.
        var storedNext = _storedNext;
        var end = new List<LogEntry<T>>();
        for (var sequence = Math.Max(from, storedNext); sequence < NextSequence && sequence - from < count; sequence++)
            end.Add(new(sequence, _staged[(int)(sequence - storedNext)].Entry));
        if (from >= storedNext || count <= 0)
            return end;

        var stored = await _record.Store.ReadEntriesAsync(_record.Grain, Name, from, (int)Math.Min(count, storedNext - from));
        return [.. stored.Select(entry => new LogEntry<T>(entry.Sequence, StoredJson.Read<T>(entry.Value))), .. end];
    }

    public void TrimBefore(long sequence) => FirstSequence = Math.Clamp(sequence, FirstSequence, NextSequence);

    public override void Load(StoredRecord stored)
    {
        (_storedFirst, _storedNext) = stored.Logs.TryGetValue(Name, out var bounds) ? bounds : (1, 1);
        FirstSequence = _storedFirst;
        _staged.Clear();
    }

    public override void Take(RecordChanges changes)
    {
        var entries = new List<byte[]>();
        var bytes = 0;
        while (entries.Count < _staged.Count && entries.Count < MaximumEntries && bytes < MaximumBytes)
        {
            entries.Add(_staged[entries.Count].Stored);
            bytes += entries[^1].Length;
        }

        // What is not stored yet cannot be trimmed yet.
        _taken = new(Name, Math.Min(FirstSequence, _storedNext + entries.Count), _storedNext, entries);
        changes.Logs.Add(_taken);
    }

    public override void Stored()
    {
        _staged.RemoveRange(0, _taken!.Entries.Count);
        _storedNext += _taken.Entries.Count;
        _storedFirst = _taken.First;
        _taken = null;
    }
}
