using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Usage;

/// <summary>Measures the machine and each running task, for heartbeats.</summary>
internal sealed class UsageMeter(TaskTable tasks, string workDirectory, TimeProvider time)
{
    private const double TicksPerSecond = 100;

    private readonly Dictionary<string, (double CpuSeconds, long At)> _before = new(StringComparer.Ordinal);
    private (long Busy, long At) _machineBefore;

    /// <summary>Measures now. Rates are means since the last measurement.</summary>
    public AgentUsage Measure()
    {
        var now = time.GetTimestamp();
        var running = tasks.Tasks.Where(t => t.Running is not null && !t.Status.State.IsTerminal()).ToList();
        var table = new Lazy<List<ProcessEntry>>(ProcessTable.ReadAll);
        var usages = running.Select(t => Measure(t, table, now)).OfType<TaskUsage>().ToValueList();
        var ids = running.Select(t => t.Spec.TaskId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _before.Keys.Where(k => !ids.Contains(k)).ToList())
            _before.Remove(gone);
        var disk = DiskSpace(workDirectory);
        return new AgentUsage
        {
            Timestamp = time.GetUtcNow(),
            Cpus = MachineCpus(now),
            MemoryBytes = MachineMemory(),
            DiskBytes = disk.Total - disk.Free,
            Tasks = usages,
        };
    }

    /// <summary>Size of the disk that a folder is on, and what is free of it for this user. Bytes.</summary>
    public static (long Total, long Free) DiskSpace(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return (drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (IOException)
        {
            return (0, 0);
        }
    }

    private TaskUsage? Measure(AgentTask task, Lazy<List<ProcessEntry>> table, long now)
    {
        if (task.Running?.Measure(table) is not var (cpu, memory, processes))
            return null;
        var rate = 0d;
        if (_before.TryGetValue(task.Spec.TaskId, out var before) && time.GetElapsedTime(before.At, now) is { TotalSeconds: > 0 } elapsed)
            rate = Math.Max(0, (cpu - before.CpuSeconds) / elapsed.TotalSeconds);
        _before[task.Spec.TaskId] = (cpu, now);
        return new TaskUsage
        {
            TaskId = task.Spec.TaskId,
            Owner = task.Spec.Owner,
            CpuSeconds = cpu,
            Cpus = Math.Round(rate, 3),
            MemoryBytes = memory,
            Processes = processes,
        };
    }

    private double MachineCpus(long now)
    {
        if (!File.Exists("/proc/stat"))
            return 0;
        // cpu user nice system idle iowait irq softirq steal
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(long.Parse).ToArray();
        var busy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6];
        var before = _machineBefore;
        _machineBefore = (busy, now);
        return before.At == 0 || now == before.At
            ? 0
            : Math.Round(Math.Max(0, (busy - before.Busy) / TicksPerSecond / time.GetElapsedTime(before.At, now).TotalSeconds), 3);
    }

    private static long MachineMemory()
    {
        if (!File.Exists("/proc/meminfo"))
            return 0;
        long total = 0, available = 0;
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
                total = Kilobytes(line);
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
                available = Kilobytes(line);
        }
        return (total - available) * 1024;

        static long Kilobytes(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }
}
