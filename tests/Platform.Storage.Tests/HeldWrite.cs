using Platform.Storage.Sqlite;

namespace Platform.Storage.Tests;

/// <summary>Stands for a slow disk: the writer waits in it until it is released.</summary>
internal sealed class HeldWrite : StorageWrite, IDisposable
{
    private readonly ManualResetEventSlim _reached = new();
    private readonly ManualResetEventSlim _released = new();

    public void WaitUntilReached() => _reached.Wait();

    public void Release() => _released.Set();

    public void Dispose()
    {
        _reached.Dispose();
        _released.Dispose();
    }

    protected override InconsistentStateException? Write(Statements statements, long version)
    {
        _reached.Set();
        _released.Wait();
        return null;
    }
}
