using System.Security.Cryptography;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Updates;

/// <summary>
/// The status updates that are on their way. Each is sent until it is acknowledged: at once, again at every new session, and
/// after 10 s doubling to 10 min within one (STATUS_UPDATE_RETRY_INTERVAL_MIN and _MAX of Mesos).
/// </summary>
internal sealed class UpdateOutbox
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    private readonly UpdateJournal _journal;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkedListNode<Entry>> _lastOfTask = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _order = new();
    private readonly Queue<Entry> _unsent = new();

    public UpdateOutbox(UpdateJournal journal, TimeProvider time)
    {
        _journal = journal;
        _time = time;
        foreach (var update in journal.Pending())
            Enqueue(update);
    }

    /// <summary>Raised when there is something to send.</summary>
    public event Action? Added;

    /// <summary>How many wait for an acknowledgement.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>True if this update waits for an acknowledgement.</summary>
    public bool IsPending(string updateId)
    {
        lock (_gate)
            return _entries.ContainsKey(updateId);
    }

    /// <summary>Records the update under a new id and sends it.</summary>
    public TaskUpdate Add(TaskUpdate update)
    {
        lock (_gate)
        {
            update = update with { UpdateId = NewId() };
            // While nobody listens only the last of a run of equal states counts: what waits stays bounded by the number of tasks.
            DropSuperseded(update);
            _journal.Add(update);
            Enqueue(update);
        }
        Added?.Invoke();
        return update;
    }

    /// <summary>The update arrived and was persisted. Returns it, or null if it is not known (any more).</summary>
    public TaskUpdate? Acknowledge(string updateId)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(updateId, out var node))
                return null;
            Remove(node);
            _journal.Acknowledge(updateId);
            return node.Value.Update;
        }
    }

    /// <summary>A new session began: everything that is not acknowledged is due.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _unsent.Clear();
            foreach (var entry in _order)
            {
                entry.Interval = FirstRetry;
                _unsent.Enqueue(entry);
            }
        }
    }

    /// <summary>Up to so many updates that are due, in order.</summary>
    public ValueList<TaskUpdate> Take(int maximum)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            var taken = new List<TaskUpdate>();
            while (taken.Count < maximum && _unsent.TryDequeue(out var entry))
            {
                if (entry.Gone)
                    continue;
                entry.SentAt = now;
                taken.Add(entry.Update);
            }
            if (_unsent.Count == 0 && taken.Count < maximum)
                TakeOverdue(now, maximum, taken);
            return taken.ToValueList();
        }
    }

    private void TakeOverdue(long now, int maximum, List<TaskUpdate> taken)
    {
        foreach (var entry in _order)
        {
            if (taken.Count >= maximum)
                return;
            if (_time.GetElapsedTime(entry.SentAt, now) < entry.Interval)
                continue;
            entry.SentAt = now;
            entry.Interval = entry.Interval * 2 < LongestRetry ? entry.Interval * 2 : LongestRetry;
            taken.Add(entry.Update);
        }
    }

    private void DropSuperseded(TaskUpdate update)
    {
        // What an executor says may differ in more than its state.
        if (update.Definition is not null || !_lastOfTask.TryGetValue(update.TaskId, out var node) || node.Value.Update.State != update.State || node.Value.SentAt != 0)
            return;
        Remove(node);
        _journal.Acknowledge(node.Value.Update.UpdateId);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        var update = node.Value.Update;
        node.Value.Gone = true;
        _entries.Remove(update.UpdateId);
        _order.Remove(node);
        if (_lastOfTask.TryGetValue(update.TaskId, out var last) && last == node)
            _lastOfTask.Remove(update.TaskId);
    }

    private void Enqueue(TaskUpdate update)
    {
        var entry = new Entry(update);
        _lastOfTask[update.TaskId] = _entries[update.UpdateId] = _order.AddLast(entry);
        _unsent.Enqueue(entry);
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    private sealed class Entry(TaskUpdate update)
    {
        public TaskUpdate Update { get; } = update;

        public long SentAt { get; set; }

        public TimeSpan Interval { get; set; } = FirstRetry;

        public bool Gone { get; set; }
    }
}
