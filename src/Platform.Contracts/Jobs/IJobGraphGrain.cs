using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Contracts.Jobs;

/// <summary>The definitions of all jobs and who follows whom: the one gate that every change of a job passes. Key 0.</summary>
[Alias("Platform.IJobGraphGrain")]
public interface IJobGraphGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Adds or replaces a job; durable when it returns.</summary>
    [Alias("Put")]
    Task<JobChange> PutAsync(JobSpec spec, JobPut mode);

    /// <summary>Every problem of a definition, as <see cref="PutAsync"/> would find them; changes nothing.</summary>
    [AlwaysInterleave, Alias("Check")]
    Task<ValueList<SpecProblem>> CheckAsync(JobSpec spec);

    /// <summary>What groups would have beyond their limits with a definition that is right otherwise, as <see cref="PutAsync"/> would find it; changes nothing.</summary>
    [AlwaysInterleave, Alias("CheckLimits")]
    Task<ValueList<SpecProblem>> CheckLimitsAsync(JobSpec spec);

    /// <summary>What the jobs directly in each group come to, a change that is on its way included.</summary>
    [AlwaysInterleave, Alias("GetUses")]
    Task<JobUses> GetUsesAsync();

    /// <summary>Removes a job; durable when it returns.</summary>
    /// <param name="id">The job.</param>
    /// <param name="stopRuns">Also while runs go on; they are ended.</param>
    /// <param name="freeChildren">Also while others follow; they follow it no more, and are disabled if nothing is left that they follow.</param>
    [Alias("Remove")]
    Task<JobChange> RemoveAsync(string id, bool stopRuns, bool freeChildren);

    /// <summary>One definition; null: there is no such job.</summary>
    [AlwaysInterleave, Alias("Get")]
    Task<JobSpec?> GetAsync(string id);

    /// <summary>Definitions after an id, in order, at most so many.</summary>
    [AlwaysInterleave, Alias("List")]
    Task<ValueList<JobSpec>> ListAsync(string after = "", int most = int.MaxValue);
}
