using Platform.Api.Mesos.State;
using Platform.Contracts.Agents;
using Platform.Core;

namespace Platform.Api.Mesos.Agents;

/// <summary>What containers use.</summary>
internal static class AgentMeasures
{
    private const double MegaByte = 1024 * 1024;

    /// <summary>What an executor used at the agent's last sign of life; null: nothing was told. Time in the kernel is counted with the user's.</summary>
    public static Wire.Agent.ResourceStatistics? Of(AgentExecutor executor)
    {
        if (executor.Usage.Count == 0 || executor.MeasuredAt is not { } at)
            return null;
        var limits = PictureFramework.Sum(executor.Tasks.Where(task => task.IsLive).Select(task => task.Resources)).Quantities;
        return new()
        {
            Timestamp = LegacyWriter.Seconds(at),
            CpusUserTimeSecs = executor.Usage.Sum(task => task.CpuSeconds),
            CpusLimit = limits.Get(ResourceNames.Cpus) / 1000d,
            MemRssBytes = (ulong)executor.Usage.Sum(task => task.MemoryBytes),
            MemLimitBytes = (ulong)(limits.Get(ResourceNames.Mem) / 1000d * MegaByte),
            Processes = (uint)executor.Usage.Sum(task => task.Processes),
        };
    }

    /// <summary>The same of what holds nothing of what the agent offers.</summary>
    public static Wire.Agent.ResourceStatistics? Of(string taskId, AgentStatus agent) =>
        agent.Usage is not { } usage || usage.Tasks.AsEnumerable().FirstOrDefault(task => task.TaskId == taskId) is not { } used ? null : new()
        {
            Timestamp = LegacyWriter.Seconds(usage.Timestamp),
            CpusUserTimeSecs = used.CpuSeconds,
            MemRssBytes = (ulong)used.MemoryBytes,
            Processes = (uint)used.Processes,
        };
}
