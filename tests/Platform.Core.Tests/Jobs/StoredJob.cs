using System.Reflection;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Ownership;

namespace Platform.Core.Tests.Jobs;

/// <summary>A job whose record is stored in steps: what was not stored is gone when its silo dies.</summary>
internal sealed class StoredJob
{
    private static readonly MethodInfo CloneHead = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private readonly Items<RunState> _runs = new();
    private readonly Items<RunTask> _tasks = new();
    private readonly Items<JobNotice> _notices = new();
    private JobState _stored = new();
    private JobState _head = new();

    internal StoredJob(JobSpec spec)
    {
        Spec = spec;
        Begin();
    }

    internal JobSpec Spec { get; }

    internal JobModel Model { get; private set; } = null!;

    internal WaitingDemands<string> Demands { get; private set; } = new();

    internal JobState Head => _head;

    internal IKeptItems<RunTask> Tasks => _tasks;

    internal IReadOnlyDictionary<string, RunState> StoredRuns => _runs.Stored;

    /// <summary>Whether the end of a task is stored.</summary>
    internal bool StoredEnds(string taskId) => _tasks.Stored.GetValueOrDefault(taskId) is { Ended: true };

    internal void Store()
    {
        _stored = (JobState)CloneHead.Invoke(_head, null)!;
        _runs.Store();
        _tasks.Store();
        _notices.Store();
    }

    /// <summary>Its silo dies, and it begins elsewhere with what was stored.</summary>
    internal void Die()
    {
        _runs.Forget();
        _tasks.Forget();
        _notices.Forget();
        Begin();
    }

    private void Begin()
    {
        _head = (JobState)CloneHead.Invoke(_stored, null)!;
        Demands = new();
        Model = new(new(_head, _runs, _tasks, _notices), Demands, "job:" + Spec.Id);
    }

    private sealed class Items<T> : IKeptItems<T>
    {
        private Dictionary<string, T> _items = new(StringComparer.Ordinal);

        public Dictionary<string, T> Stored { get; private set; } = new(StringComparer.Ordinal);

        IReadOnlyDictionary<string, T> IKeptItems<T>.Items => _items;

        public void Set(string key, T value) => _items[key] = value;

        public bool Remove(string key) => _items.Remove(key);

        public void Store() => Stored = new(_items, StringComparer.Ordinal);

        public void Forget() => _items = new(Stored, StringComparer.Ordinal);
    }
}
