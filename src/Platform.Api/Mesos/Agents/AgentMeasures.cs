using Platform.Api.Mesos.State;
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
}
