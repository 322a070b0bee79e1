using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;
using Platform.Core.Frameworks;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Registry;

namespace Platform.Grains.Frameworks;

/// <summary>Tells the registry where a framework's tasks are reached. Each name that tasks want to be found under is a service.</summary>
/// <param name="owner">The framework as an owner of endpoints.</param>
/// <param name="registry">The registry.</param>
/// <param name="warn">Hears of labels of a task that cannot be read: once of all tasks of one name.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The framework's.</param>
internal sealed class FrameworkAnnouncements(
    Func<string> owner, Func<IRegistryGrain> registry, Action<string, IReadOnlyList<LabelWarning>> warn, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestTell = TimeSpan.FromSeconds(5);

    private readonly EndpointDrains _drains = new(registry, freed: null, time, logger);
    private readonly Dictionary<string, EndpointAnnouncer> _services = new(StringComparer.Ordinal);
    private readonly ToldWarnings _warnings = new();
    private List<string> _emptied = [];
    private Dictionary<string, FrameworkTaskState> _changed = new(StringComparer.Ordinal);

    /// <summary>How many names are kept.</summary>
    public int Count => _services.Count;

    private string Owner => owner();

    /// <summary>Takes note of a task that is new or has changed.</summary>
    public void Changed(FrameworkTaskState task)
    {
        // Of a task whose id is used again the newer one counts.
        if (task.Discovery is not null)
            _changed[task.TaskId] = task;
    }

    /// <summary>What has changed until now. It is to be told when it is stored.</summary>
    public IReadOnlyCollection<FrameworkTaskState> Take()
    {
        if (_changed.Count == 0)
            return [];
        var changed = _changed.Values;
        _changed = new(StringComparer.Ordinal);
        return changed;
    }

    /// <summary>Tells of changes that are stored; nothing waits for it.</summary>
    /// <param name="name">The framework's name.</param>
    /// <param name="changes">The tasks.</param>
    public void Tell(string name, IReadOnlyCollection<FrameworkTaskState> changes)
    {
        ForgetEmptied();
        var begun = changes.Where(task => task.State == TaskState.Running && !IsKnown(name, task)).ToList();
        foreach (var announcer in Set(name, changes, evenEnded: false))
            announcer.Announce();
        _drains.Begin();
        foreach (var task in begun)
        {
            if (UntoldWarnings(name, task) is { Count: > 0 } warnings)
                warn(task.Discovery!.Name, warnings);
        }
    }

    /// <summary>Until when a task that has to end goes on: until nobody is sent to it any more, and then for its drain time. Null: it may be killed.</summary>
    /// <param name="name">The framework's name.</param>
    /// <param name="task">The task.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset? DrainsUntil(string name, FrameworkTaskState task, DateTimeOffset now) =>
        task is { State: TaskState.Running, Discovery: { Ports.IsEmpty: false } discovery } && FrameworkEndpoints.ServiceOf(name, discovery) is { } service
            && _services.TryGetValue(service, out var announcer) && announcer.Has(task.TaskId)
            ? _drains.HeldUntil(announcer, task.TaskId, [task.TaskId], FrameworkEndpoints.DrainTime(discovery), now)
            : null;

    /// <summary>Tells of what an earlier activation has left; what has ended meanwhile may have been told of.</summary>
    public void TellStored(string name, IReadOnlyCollection<FrameworkTaskState> tasks)
    {
        foreach (var announcer in Set(name, tasks, evenEnded: true))
            announcer.TellAll(evenNothing: true);
        // They were told of when they began to run.
        foreach (var task in tasks.Where(task => task.State == TaskState.Running))
            UntoldWarnings(name, task);
    }

    /// <summary>The registry has begun anew: it is told everything, and that this was everything.</summary>
    public async Task TellAllAsync()
    {
        foreach (var announcer in _services.Values)
            announcer.TellAll();
        foreach (var (service, announcer) in _services.ToList())
        {
            if (announcer.HasAnything && await announcer.TellAsync(LongestTell) == 0)
                return;
            if (!announcer.HasAnything)
                _services.Remove(service);
        }
        registry().NothingToTellAsync(Owner).Ignore();
    }

    // Some frameworks have a name for each task: those of which the registry knows that nothing is left are not kept.
    private void ForgetEmptied()
    {
        if (_emptied.Count == 0)
            return;
        var waiting = new List<string>();
        foreach (var service in _emptied.Distinct(StringComparer.Ordinal))
        {
            if (!_services.TryGetValue(service, out var announcer))
                continue;
            if (!announcer.HasAnything)
                _services.Remove(service);
            else if (announcer.IsEmpty)
                waiting.Add(service);
        }
        _emptied = waiting;
    }

    private IReadOnlyList<LabelWarning> UntoldWarnings(string name, FrameworkTaskState task) =>
        FrameworkEndpoints.ServiceOf(name, task.Discovery) is null ? [] : _warnings.Take(task.Discovery!.Name, LabelWarnings.Of(name, task.Discovery));

    private bool IsKnown(string name, FrameworkTaskState task) =>
        FrameworkEndpoints.ServiceOf(name, task.Discovery) is { } service && _services.TryGetValue(service, out var announcer) && announcer.Has(task.TaskId);

    private HashSet<EndpointAnnouncer> Set(string name, IEnumerable<FrameworkTaskState> tasks, bool evenEnded)
    {
        var changed = new HashSet<EndpointAnnouncer>();
        foreach (var task in tasks)
        {
            if (FrameworkEndpoints.ServiceOf(name, task.Discovery) is not { } service)
                continue;
            var endpoint = FrameworkEndpoints.Of(name, task, Owner);
            if (endpoint is null)
                _drains.Forget(task.TaskId);
            if (!_services.TryGetValue(service, out var announcer))
            {
                if (endpoint is null && !evenEnded)
                    continue;
                _services[service] = announcer = new(service, Owner, change => registry().ApplyAsync([change]), time, logger);
            }
            if ((endpoint is null ? announcer.Remove(task.TaskId) : announcer.Set(endpoint)) || evenEnded)
                changed.Add(announcer);
            if (endpoint is null)
                _emptied.Add(service);
        }
        return changed;
    }
}
