using Microsoft.Extensions.Logging;
using Platform.Contracts.Directory;
using Platform.Contracts.Registry;
using Platform.Core.Jobs;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Registry;

namespace Platform.Grains.Jobs;

/// <summary>Tells the registry where tasks of a job's runs are reached.</summary>
/// <remarks>
/// A registry that begins anew asks the jobs that go on, and those that are listed: a job is listed before it tells of tasks with ports. Tasks without ports have names in DNS and
/// nothing else, and most of them are short: what there is to say of them waits for its turn, and goes in one call with what other jobs of the silo have to say.
/// </remarks>
internal sealed partial class JobAnnouncements
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string _jobId;
    private readonly string _owner;
    private readonly JobStore _store;
    private readonly EndpointPost _post;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EndpointAnnouncer _announcer;
    private readonly EndpointDrains _drains;
    private bool _hasPorts;
    private bool _isListed;
    private bool _isWaiting;
    private bool _isOver;
    private bool _mustTellAll;

    /// <summary>For a job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="owner">It as an owner of tasks.</param>
    /// <param name="store">What it has stored.</param>
    /// <param name="post">What takes news of tasks without ports to the registry.</param>
    /// <param name="grains">Where grains are found.</param>
    /// <param name="freed">Called when a task may be stopped sooner than was said.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The job's.</param>
    public JobAnnouncements(string jobId, string owner, JobStore store, EndpointPost post, IGrainFactory grains, Action freed, TimeProvider time, ILogger logger)
    {
        (_jobId, _owner, _store, _post, _grains, _time, _logger) = (jobId, owner, store, post, grains, time, logger);
        _announcer = new(JobEndpoints.ServiceOf(jobId), owner, change => _hasPorts ? Registry.ApplyAsync([change]) : _post.TellAsync(change), time, logger);
        _drains = new(() => Registry, freed, time, logger);
    }

    /// <summary>The registry has yet to be told of something.</summary>
    public bool IsTelling => _isWaiting || _announcer.HasAnything;

    private IRegistryGrain Registry => _grains.GetGrain<IRegistryGrain>(0);

    /// <summary>Tells of what an earlier activation has left.</summary>
    /// <param name="goesOn">The job is in the midst of something: the earlier activation may have told of tasks that have ended since.</param>
    public void TellStored(bool goesOn)
    {
        var told = _store.Tasks.Items.Values.Where(task => !task.Ports.IsEmpty || task.State == TaskState.Running).ToList();
        if (told.Count == 0 && !goesOn)
            return;
        foreach (var task in told)
            Set(task.TaskId, task);
        // What has ended may have been told of.
        TellAsync(all: true).Ignore();
    }

    /// <summary>Tells of tasks that have changed and are stored; nothing waits for it.</summary>
    public void Tell(IReadOnlyList<string> taskIds)
    {
        var changed = false;
        foreach (var id in taskIds)
            changed |= Set(id, _store.Tasks.Items.GetValueOrDefault(id));
        if (changed)
            TellAsync(all: false).Ignore();
        _drains.Begin();
    }

    /// <summary>Until when a task that has to end goes on: until nobody is sent to it any more, and then for its drain time. Null: it may be stopped.</summary>
    public DateTimeOffset? DrainsUntil(RunTask task, DateTimeOffset now) =>
        !task.Ports.IsEmpty && _announcer.Has(task.TaskId) && _store.Runs.Items.GetValueOrDefault(task.RunId) is { } run
            ? _drains.HeldUntil(_announcer, task.TaskId, [task.TaskId], JobEndpoints.DrainTime(run.Spec), now)
            : null;

    /// <summary>The registry has begun anew, or knows of what may have ended: it is told everything, or that there is nothing, and then it need not ask the next time.</summary>
    public async Task TellAllAsync()
    {
        if (_announcer.HasAnything)
        {
            await TellAsync(all: true);
            return;
        }
        // One that goes on is asked whether it is listed or not.
        if (_isListed || _store.Owned.Count == 0)
        {
            await _grains.RemoveFromAsync(DirectoryKinds.EndpointJobs, _jobId, _time);
            _isListed = false;
        }
        // Something came meanwhile, and is told.
        if (_announcer.HasAnything)
        {
            await TellAsync(all: true);
            return;
        }
        // Without a turn: who is not heard is asked again.
        _mustTellAll = true;
        if (!_isWaiting)
            Announce();
    }

    /// <summary>The activation ends: what waits for its turn is told now. The next activation tells what goes on.</summary>
    public void Stop()
    {
        if (!_isWaiting || _hasPorts)
            return;
        _isOver = true;
        Announce();
    }

    private bool Set(string taskId, RunTask? task)
    {
        _hasPorts |= task is { Ports.IsEmpty: false };
        if (task is not null && _store.Runs.Items.GetValueOrDefault(task.RunId) is { } run && JobEndpoints.Of(run.Spec, task, _owner) is { } endpoint)
            return _announcer.Set(endpoint);
        _drains.Forget(taskId);
        return _announcer.Remove(taskId);
    }

    private async Task TellAsync(bool all)
    {
        _mustTellAll |= all;
        if (_isWaiting)
            return;
        _isWaiting = true;
        try
        {
            if (!_hasPorts)
                await _post.TurnAsync();
            while (_hasPorts && !_isListed)
                await ListAsync();
        }
        finally
        {
            _isWaiting = false;
        }
        if (!_isOver)
            Announce();
    }

    private async Task ListAsync()
    {
        try
        {
            await _grains.AddToAsync(DirectoryKinds.EndpointJobs, _jobId, _time);
            _isListed = true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotListed(failure, _jobId);
            await Task.Delay(RetryAfter, _time);
        }
    }

    private void Announce()
    {
        if (!_mustTellAll)
        {
            _announcer.Announce();
            return;
        }
        _mustTellAll = false;
        _announcer.TellAll(evenNothing: true);
    }

    [LoggerMessage(LogLevel.Warning, "Job {JobId} could not be listed among those with endpoints; it is tried again")]
    private partial void LogNotListed(Exception failure, string jobId);
}
