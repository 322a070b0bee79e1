namespace Platform.Storage.Records;

/// <summary>A state in a grain's record.</summary>
internal sealed class RecordedState<T> : RecordPart, IPersistentState<T>
{
    private readonly GrainRecord _record;
    private bool _isStaged;
    private bool _isRemoved;

    public RecordedState(GrainRecord record, string name)
        : base(name)
    {
        _record = record;
        record.Add(this);
    }

    public T State { get; set; } = Activator.CreateInstance<T>();

    public string? Etag => RecordExists ? _record.Version?.ToString() : null;

    public bool RecordExists { get; private set; }

    public override bool IsStaged => _isStaged;

    public Task ReadStateAsync() => _record.LoadAsync();

    public Task WriteStateAsync()
    {
        (_isStaged, _isRemoved) = (true, false);
        return _record.WriteAsync();
    }

    public async Task ClearStateAsync()
    {
        State = Activator.CreateInstance<T>();
        if (!RecordExists && !_isStaged)
            return;
        (_isStaged, _isRemoved) = (true, true);
        await _record.WriteAsync();
    }

    public override void Load(StoredRecord stored)
    {
        RecordExists = stored.States.TryGetValue(Name, out var value);
        State = RecordExists ? StoredJson.Read<T>(value) : Activator.CreateInstance<T>();
        _isStaged = false;
    }

    public override void Take(RecordChanges changes)
    {
        changes.States.Add(new(Name, _isRemoved ? null : StoredJson.Write(State)));
        RecordExists = !_isRemoved;
        _isStaged = false;
    }
}
