using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Isolation;

/// <summary>The limits of one task, in the units of the kernel.</summary>
/// <param name="CpuRequest">The cpus that it holds.</param>
/// <param name="CpuLimit">The cpus that it may use; null: no limit.</param>
/// <param name="MemoryBytes">The memory that it may use; null: no limit.</param>
/// <param name="Processes">The processes and threads that it may have; null: no limit.</param>
internal readonly record struct TaskLimits(double CpuRequest, double? CpuLimit, long? MemoryBytes, long? Processes)
{
    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>The kernel refuses less than a page or so; Mesos gives every container at least 32 MB.</summary>
    private const long MinimumMemoryBytes = 32 * 1024 * 1024;

    /// <summary>The limits of a task: what it holds, unless it may burst to more.</summary>
    public static TaskLimits Of(TaskSpec spec, long? processes)
    {
        var cpus = spec.Resources.Scalar(ResourceNames.Cpus);
        var cpuLimit = spec.CpuLimit ?? cpus;
        var memory = spec.MemoryLimit ?? spec.Resources.Scalar(ResourceNames.Mem);
        return new TaskLimits(
            cpus,
            cpuLimit > 0 ? cpuLimit : null,
            memory > 0 ? Math.Max(MinimumMemoryBytes, (long)(memory * BytesPerMegabyte)) : null,
            processes);
    }
}
