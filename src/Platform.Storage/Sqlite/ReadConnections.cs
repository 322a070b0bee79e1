using System.Collections.Concurrent;

namespace Platform.Storage.Sqlite;

/// <summary>A few connections of one file for reading. Whoever finds all of them in use waits without a thread: when a control plane begins, all grains read at once.</summary>
/// <param name="connect">Opens one; called as long as there are fewer than <paramref name="most"/> and all are in use.</param>
/// <param name="most">So many at most.</param>
internal sealed class ReadConnections(Func<Statements> connect, int most) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(most, most);
    private readonly ConcurrentBag<Statements> _idle = [];
    private volatile bool _isClosed;

    /// <summary>Reads with one of them.</summary>
    /// <exception cref="ObjectDisposedException">They are closed.</exception>
    public async Task<T> UseAsync<T>(Func<Statements, T> read)
    {
        // A grain that had to wait reads beside its turns.
        await _turns.WaitAsync().ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (!_idle.TryTake(out var statements))
                statements = connect();
            try
            {
                return read(statements);
            }
            finally
            {
                _idle.Add(statements);
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Returns when nobody reads any more; who waits for a turn fails.</summary>
    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        for (var i = 0; i < most; i++)
            _turns.Wait();
        foreach (var statements in _idle)
            statements.Dispose();
        // The turns are not disposed: who waits has yet to hear of it.
        _turns.Release(most);
    }
}
