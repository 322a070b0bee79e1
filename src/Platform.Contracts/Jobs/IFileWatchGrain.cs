using Platform.Contracts.Agents;
using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Contracts.Jobs;

/// <summary>Which agents look for which files: brings the jobs that wait for files and the agents that allow it together. Key 0.</summary>
[Alias("Platform.IFileWatchGrain")]
public interface IFileWatchGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Sets what a job waits for; files count from when it changed on. Durable when it returns; agents are told until they know.</summary>
    [Alias("Set")]
    Task SetAsync(string jobId, ValueList<FileTriggerSpec> wanted);

    /// <summary>An agent has begun a session. Durable when it returns; the agent is told what to look for after that.</summary>
    /// <param name="registration">What it said of itself, without its tasks and volumes.</param>
    [Alias("AgentBegan")]
    Task AgentBeganAsync(AgentRegistration registration);
}
