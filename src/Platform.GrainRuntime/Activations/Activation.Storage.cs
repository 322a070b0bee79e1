using Platform.GrainRuntime.Sqlite;

namespace Platform.GrainRuntime.Activations;

/// <summary>The writes of one turn go to the storage together, so that what a grain writes at once is stored at once.</summary>
internal sealed partial class Activation
{
    private List<StorageWrite>? _turnsWrites;

    public void Write(StorageWrite write)
    {
        if (TaskScheduler.Current == _scheduler)
        {
            (_turnsWrites ??= []).Add(write);
        }
        else
        {
            Silo.Storage.Write([write]);
        }
    }

    /// <summary>At the end of a turn.</summary>
    public void FlushWrites()
    {
        if (_turnsWrites is { Count: > 0 } writes)
        {
            Silo.Storage.Write(writes);
            writes.Clear();
        }
    }
}
