using Platform.Contracts.Agents;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Contracts.Jobs;

/// <summary>One job: when it is due, its runs, what follows it. Keyed by its id.</summary>
[Alias("Platform.IJobGrain")]
public interface IJobGrain : ITaskOwnerGrain, IEndpointOwnerGrain
{
    /// <summary>Sets the definition, and who follows; durable when it returns. An older version changes nothing.</summary>
    [Alias("Define")]
    Task DefineAsync(JobSpec spec, long version, ValueList<string> children);

    /// <summary>Ends the job; durable when it returns. False: runs go on and were not to be stopped, and nothing has changed.</summary>
    [Alias("Remove")]
    Task<bool> RemoveAsync(bool stopRuns);

    /// <summary>Makes a run; durable when it returns. Null: there is no such job.</summary>
    /// <param name="arguments">Added to the command.</param>
    /// <param name="environment">Over that of the job.</param>
    /// <param name="at">It starts no earlier; null: now.</param>
    [Alias("Start")]
    Task<RunStatus?> StartAsync(ValueList<string> arguments, ValueMap<string> environment, DateTimeOffset? at = null);

    /// <summary>Makes a run with what somebody has sent; durable when it returns. Null: there is no such job, or a run goes on and the job does not allow another one.</summary>
    /// <param name="key">Of the same key there is one run, as long as it is kept; null: each makes one.</param>
    /// <param name="payload">What was sent.</param>
    [Alias("Dispatch")]
    Task<RunStatus?> DispatchAsync(string? key, string payload);

    /// <summary>An event that a trigger of it waits for has happened; recorded when it returns. Told again until it was heard, in order.</summary>
    [Alias("Happened")]
    Task HappenedAsync(long sequence, string json);

    /// <summary>Files that it waits for have appeared on an agent, which tells of them until they are taken.</summary>
    [OneWay, Alias("FilesAppeared")]
    Task FilesAppearedAsync(string agentId, ValueList<AppearedFile> files);

    /// <summary>Begins to run the due times of a window in the past; durable when it returns.</summary>
    /// <param name="from">The first instant that may be due.</param>
    /// <param name="until">The last one.</param>
    /// <param name="parallelism">How many runs of it go on at most.</param>
    [Alias("Backfill")]
    Task<BackfillResult> BackfillAsync(DateTimeOffset from, DateTimeOffset until, int parallelism);

    /// <summary>Makes no more runs of a backfill, and ends those that go on. False: there is none that goes on.</summary>
    [Alias("StopBackfill")]
    Task<bool> StopBackfillAsync(int number);

    /// <summary>Backfills that go on, and the last ones that have ended, oldest first.</summary>
    [Alias("GetBackfills")]
    Task<ValueList<BackfillState>> GetBackfillsAsync();

    /// <summary>Runs a run that has ended again, and what hangs on it; durable when it returns. Null: there is no such run, or it goes on.</summary>
    [Alias("RunAgain")]
    Task<RunStatus?> RunAgainAsync(string runId);

    /// <summary>The runs of the job that belong to one run of a graph with these, oldest first, without their tasks.</summary>
    [Alias("GetRelated")]
    Task<ValueList<RunState>> GetRelatedAsync(ValueList<RunRef> known);

    /// <summary>Ends a run; null: ends all. The number of runs that go on and shall end.</summary>
    [Alias("Stop")]
    Task<int> StopAsync(string? runId, string reason);

    /// <summary>Is not due any more until it is resumed; durable when it returns. False: there is no such job.</summary>
    [Alias("Pause")]
    Task<bool> PauseAsync(string note);

    /// <summary>Is due again; durable when it returns. False: there is no such job.</summary>
    [Alias("Resume")]
    Task<bool> ResumeAsync();

    /// <summary>Counts as a success for the jobs that follow, without a run. False: there is no such job.</summary>
    [Alias("TellSuccess")]
    Task<bool> TellSuccessAsync();

    /// <summary>A task of it has worked through more elements; durable when it returns. False: there is no such task, or it is not kept any more.</summary>
    [Alias("Progress")]
    Task<bool> ProgressAsync(string taskId, long added);

    /// <summary>Something of it is due, or may go on. Repeated until the timer has heard of the job.</summary>
    /// <param name="known">What the timer knows of it; its summary is left out.</param>
    [OneWay, Alias("Due")]
    Task DueAsync(JobTimerEntry known);

    /// <summary>Runs of a parent have ended.</summary>
    [OneWay, Alias("ParentEnded")]
    Task ParentEndedAsync(string parent, ValueList<ParentEnd> ends);

    /// <summary>A job that follows has counted every end up to this one.</summary>
    [OneWay, Alias("Heard")]
    Task HeardAsync(string child, long number);

    /// <summary>The job with the runs that go on; null: there is no such job.</summary>
    [Alias("GetStatus")]
    Task<JobStatus?> GetStatusAsync();

    /// <summary>Runs that have ended, newest first, at most so many.</summary>
    [Alias("GetHistory")]
    Task<ValueList<RunStatus>> GetHistoryAsync(int most);

    /// <summary>Runs, newest first: those that go on, then those that have ended.</summary>
    /// <param name="skip">So many are passed over.</param>
    /// <param name="most">So many are told at most.</param>
    [Alias("GetRunPage")]
    Task<RunPage> GetRunPageAsync(int skip, int most);

    /// <summary>One run; null: there is none.</summary>
    [Alias("GetRun")]
    Task<RunStatus?> GetRunAsync(string runId);
}
