using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Contracts.Jobs;

/// <summary>What has to be known of the jobs of one shard without asking them: when each is due, whether it goes on, what lists show. Wakes those that are due. Keyed by <see cref="JobTimers.ShardOf"/>.</summary>
[Alias("Platform.IJobTimerGrain")]
public interface IJobTimerGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Sets what is known of a job. Durable when it returns, but for the summary of one that goes on: that one is woken after a crash, and tells it again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="entry">What is known; null: the job is gone.</param>
    /// <param name="term">That of the job's activation: what an earlier one tells than the last does not count.</param>
    [Alias("Set")]
    Task SetAsync(string jobId, JobTimerEntry? entry, long term);

    /// <summary>The jobs that go on.</summary>
    [AlwaysInterleave, Alias("ListLive")]
    Task<ValueList<string>> ListLiveAsync();

    /// <summary>What lists show of these jobs; of one that is not known here there is none.</summary>
    [AlwaysInterleave, Alias("GetSummaries")]
    Task<ValueMap<JobSummary>> GetSummariesAsync(ValueList<string> jobIds);
}
