using Microsoft.Data.Sqlite;

namespace Platform.Storage.Sqlite;

/// <summary>
/// The one thread that writes. All writes that came while the last transaction was put to disk share the next one, so that the
/// price of a disk's flush is divided by the number of grains that write.
/// </summary>
internal sealed class GroupCommitWriter : IDisposable
{
    /// <summary>Bounds the time a write waits for others of its group.</summary>
    private const int MaximumGroup = 8192;

    private readonly object _gate = new();
    private readonly string _path;
    private readonly Statements _statements;
    private readonly Thread _thread;
    private readonly Queue<StorageWrite> _waiting = new();
    private long _etag;
    private bool _isStopping;
    private bool _isAborted;

    /// <param name="connection">The writing connection, which this object owns from now on.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="firstEtag">Larger than every version given before.</param>
    public GroupCommitWriter(SqliteConnection connection, string path, long firstEtag)
    {
        _path = path;
        _etag = firstEtag;
        _statements = new Statements(connection);
        _thread = new Thread(Work) { IsBackground = true, Name = "grain storage writer" };
        _thread.Start();
    }

    /// <summary>How many transactions were committed.</summary>
    public long Commits { get; private set; }

    /// <summary>Puts writes in the queue; those of one call are in one transaction.</summary>
    public void Add(IReadOnlyCollection<StorageWrite> writes)
    {
        lock (_gate)
        {
            if (!_isStopping)
            {
                foreach (var write in writes)
                {
                    _waiting.Enqueue(write);
                }

                Monitor.Pulse(_gate);
                return;
            }
        }

        foreach (var write in writes)
        {
            write.Fail(Stopped());
        }
    }

    /// <summary>Ends without writing what waits.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _isAborted = true;
        }

        Dispose();
    }

    /// <summary>Ends when everything that waits is on disk.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Work()
    {
        var group = new List<StorageWrite>();
        while (TakeGroup(group))
        {
            try
            {
                Commit(group);
            }
            catch (Exception failure)
            {
                Fail(group, failure);
                continue;
            }

            Commits++;
            foreach (var write in group)
            {
                write.Complete();
            }
        }

        _statements.Dispose();
    }

    private bool TakeGroup(List<StorageWrite> group)
    {
        group.Clear();
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isStopping)
            {
                Monitor.Wait(_gate);
            }

            if (_isAborted)
            {
                Fail([.. _waiting], Stopped());
                return false;
            }

            if (_waiting.Count <= MaximumGroup)
            {
                group.AddRange(_waiting);
                _waiting.Clear();
            }
            else
            {
                while (group.Count < MaximumGroup)
                {
                    group.Add(_waiting.Dequeue());
                }
            }

            return group.Count > 0;
        }
    }

    private void Commit(List<StorageWrite> group)
    {
        _statements.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var write in group)
            {
                write.Apply(_statements, ++_etag);
            }

            _statements.Execute("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    private void RollBack()
    {
        try
        {
            _statements.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // On a full disk SQLite rolls back by itself, and says here that there is nothing to roll back.
        }
    }

    private void Fail(List<StorageWrite> group, Exception failure)
    {
        var explained = failure is SqliteException sqlite ? StorageErrors.Explain(sqlite, _path) : failure;
        foreach (var write in group)
        {
            write.Fail(explained);
        }
    }

    private StorageException Stopped() => new($"The storage {_path} is closed: the runtime is stopping. Nothing of this write is stored.");
}
