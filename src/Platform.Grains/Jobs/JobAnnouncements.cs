using Microsoft.Extensions.Logging;
using Platform.Contracts.Directory;
using Platform.Contracts.Registry;
using Platform.Core.Jobs;
using Platform.Core.Registry;
using Platform.Grains.Registry;

namespace Platform.Grains.Jobs;

/// <summary>Tells the registry where tasks of a job's runs are reached, if they have ports.</summary>
/// <remarks>The job is listed before it tells of anything, so that a registry that begins anew asks it, and not all jobs.</remarks>
internal sealed partial class JobAnnouncements(string jobId, string owner, JobStore store, IGrainFactory grains, Action freed, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly EndpointAnnouncer _announcer = new(JobEndpoints.ServiceOf(jobId), owner, () => grains.GetGrain<IRegistryGrain>(0), time, logger);
    private readonly EndpointDrains _drains = new(() => grains.GetGrain<IRegistryGrain>(0), freed, time, logger);
    private bool _isListed;
    private bool _isListing;
    private bool _mustTellAll;

    /// <summary>Tells of what an earlier activation has left.</summary>
    public void TellStored()
    {
        var withPorts = store.Tasks.Items.Values.Where(task => !task.Ports.IsEmpty).ToList();
        if (withPorts.Count == 0)
            return;
        foreach (var task in withPorts)
            Set(task.TaskId, task);
        // What has ended may have been told of.
        TellAsync(all: true).Ignore();
    }

    /// <summary>Tells of tasks that have changed and are stored; nothing waits for it.</summary>
    public void Tell(IReadOnlyList<string> taskIds)
    {
        var changed = false;
        foreach (var id in taskIds)
            changed |= Set(id, store.Tasks.Items.GetValueOrDefault(id));
        if (changed)
            TellAsync(all: false).Ignore();
        _drains.Begin();
    }

    /// <summary>Until when a task that has to end goes on: until nobody is sent to it any more, and then for its drain time. Null: it may be stopped.</summary>
    public DateTimeOffset? DrainsUntil(RunTask task, DateTimeOffset now) =>
        _announcer.Has(task.TaskId) && store.Runs.Items.GetValueOrDefault(task.RunId) is { } run
            ? _drains.HeldUntil(_announcer, task.TaskId, [task.TaskId], JobEndpoints.DrainTime(run.Spec), now)
            : null;

    /// <summary>The registry has begun anew: it is told everything, or that there is nothing, and then it need not ask the next time.</summary>
    public async Task TellAllAsync()
    {
        if (_announcer.HasAnything)
        {
            await TellAsync(all: true);
            return;
        }
        await grains.RemoveFromAsync(DirectoryKinds.EndpointJobs, jobId, time);
        _isListed = false;
        // Something came meanwhile, and is told.
        if (_announcer.HasAnything)
            await TellAsync(all: true);
        else
            grains.GetGrain<IRegistryGrain>(0).NothingToTellAsync(owner).Ignore();
    }

    private bool Set(string taskId, RunTask? task)
    {
        if (task is not null && store.Runs.Items.GetValueOrDefault(task.RunId) is { } run && JobEndpoints.Of(run.Spec, task, owner) is { } endpoint)
            return _announcer.Set(endpoint);
        _drains.Forget(taskId);
        return _announcer.Remove(taskId);
    }

    private async Task TellAsync(bool all)
    {
        _mustTellAll |= all;
        if (_isListing)
            return;
        _isListing = true;
        try
        {
            while (!_isListed)
            {
                try
                {
                    await grains.AddToAsync(DirectoryKinds.EndpointJobs, jobId, time);
                    _isListed = true;
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogNotListed(failure, jobId);
                    await Task.Delay(RetryAfter, time);
                }
            }
        }
        finally
        {
            _isListing = false;
        }
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
