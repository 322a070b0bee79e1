using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Contracts.Jobs;

/// <summary>Follows the event log for the jobs that wait for events. Key 0.</summary>
[Alias("Platform.IJobTriggerGrain")]
public interface IJobTriggerGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Sets what a job waits for; events count from when it returns on. Durable then.</summary>
    [Alias("Set")]
    Task SetAsync(string jobId, ValueList<JobTriggerSpec> wanted);
}
