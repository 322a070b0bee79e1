namespace Platform.Storage.Sqlite;

/// <summary>One write of one grain. It checks its version first and changes nothing when that fails, so that it cannot spoil its group.</summary>
internal abstract class StorageWrite
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InconsistentStateException? _conflict;

    /// <summary>Done when it is on disk, or refused.</summary>
    public Task Done => _done.Task;

    /// <summary>Runs inside the group's transaction.</summary>
    /// <param name="statements">Of the writing connection.</param>
    /// <param name="version">The version to give to what is written.</param>
    public void Apply(Statements statements, long version) => _conflict = Write(statements, version);

    public void Complete()
    {
        if (_conflict is null)
        {
            _done.SetResult();
        }
        else
        {
            _done.SetException(_conflict);
        }
    }

    public void Fail(Exception failure) => _done.TrySetException(failure);

    /// <returns>Null, or why nothing was written.</returns>
    protected abstract InconsistentStateException? Write(Statements statements, long version);
}
