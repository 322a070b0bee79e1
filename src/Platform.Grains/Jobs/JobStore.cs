using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Ownership;

namespace Platform.Grains.Jobs;

/// <summary>What one job has stored, and what is staged to be stored next.</summary>
internal sealed class JobStore
{
    private readonly IPersistentState<JobState> _head;
    private readonly IPersistentItems<RunState> _runs;
    private readonly IPersistentItems<RunTask> _tasks;
    private readonly IPersistentItems<JobNotice> _notices;
    private readonly HashSet<string> _changedTasks = new(StringComparer.Ordinal);
    private bool _changed;

    public JobStore(
        IPersistentState<JobState> head, IPersistentItems<RunState> runs, IPersistentItems<RunTask> tasks, IPersistentItems<JobNotice> notices, DateTimeOffset now)
    {
        (_head, _runs, _tasks, _notices) = (head, runs, tasks, notices);
        // Greater than that of each activation before: by the record, and by the clock after the record was erased.
        Term = Math.Max(head.State.OwnerTerm + 1, now.ToUnixTimeMilliseconds());
        Owned = new(tasks.Items.Values.Where(task => task is { AgentId: not null, Ended: false }), OwnedChanged);
        Runs = new Kept<RunState>(runs, this);
        Tasks = new KeptTasks(tasks, this);
        Notices = new Kept<JobNotice>(notices, this);
    }

    /// <summary>The term of this activation; it is stored with the head.</summary>
    public long Term { get; }

    /// <summary>The head.</summary>
    public JobState Head => _head.State;

    /// <summary>Runs, as the model sees them.</summary>
    public IKeptItems<RunState> Runs { get; }

    /// <summary>Tasks of all runs, as the model sees them.</summary>
    public IKeptItems<RunTask> Tasks { get; }

    /// <summary>What is to be told.</summary>
    public IKeptItems<JobNotice> Notices { get; }

    /// <summary>All of it, as the model sees it.</summary>
    public JobRecord Record => new(Head, Runs, Tasks, Notices);

    /// <summary>The tasks that have a place and have not ended.</summary>
    public OwnedTasks<RunTask> Owned { get; }

    /// <summary>Whether runs or tasks were changed since it was last asked.</summary>
    public bool TakeChanged()
    {
        var changed = _changed;
        _changed = false;
        return changed;
    }

    /// <summary>The tasks that were set or removed since it was last asked.</summary>
    public IReadOnlyList<string> TakeChangedTasks()
    {
        if (_changedTasks.Count == 0)
            return [];
        var changed = _changedTasks.ToList();
        _changedTasks.Clear();
        return changed;
    }

    /// <summary>Stores everything that is staged.</summary>
    /// <param name="headChanged">The head, too.</param>
    public Task WriteAsync(bool headChanged)
    {
        var runs = _runs.WriteAsync();
        var tasks = _tasks.WriteAsync();
        var notices = _notices.WriteAsync();
        // Nothing is kept of a name that there is no job of.
        if (!headChanged || (Head.Spec is null && !_head.RecordExists))
            return Task.WhenAll(runs, tasks, notices);
        Head.OwnerTerm = Term;
        return Task.WhenAll(runs, tasks, notices, _head.WriteStateAsync());
    }

    /// <summary>Erases everything.</summary>
    public Task EraseAsync() => Task.WhenAll(_runs.ClearAsync(), _tasks.ClearAsync(), _notices.ClearAsync(), _head.ClearStateAsync());

    private void OwnedChanged(RunTask? before, RunTask? after)
    {
        _changed = true;
        _changedTasks.Add((after ?? before)!.TaskId);
        if (after is not null)
            _tasks.Set(after.TaskId, after);
    }

    private class Kept<T>(IPersistentItems<T> items, JobStore store) : IKeptItems<T>
    {
        public IReadOnlyDictionary<string, T> Items => items.Items;

        public virtual void Set(string key, T value)
        {
            store._changed = true;
            items.Set(key, value);
        }

        public virtual bool Remove(string key)
        {
            store._changed = true;
            return items.Remove(key);
        }
    }

    /// <summary>Keeps those with a place in the sight of the engine.</summary>
    private sealed class KeptTasks(IPersistentItems<RunTask> items, JobStore store) : Kept<RunTask>(items, store)
    {
        private readonly JobStore _store = store;

        public override void Set(string key, RunTask value)
        {
            if (_store.Owned.Find(key) is { } owned)
            {
                if (!value.Ended)
                {
                    _store.Owned.Set(owned, value);
                    return;
                }
                _store.Owned.Remove(owned);
            }
            _store._changedTasks.Add(key);
            base.Set(key, value);
        }

        public override bool Remove(string key)
        {
            if (_store.Owned.Find(key) is { } owned)
                _store.Owned.Remove(owned);
            _store._changedTasks.Add(key);
            return base.Remove(key);
        }
    }
}
