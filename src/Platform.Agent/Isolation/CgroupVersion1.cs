using Platform.Agent.Files;

namespace Platform.Agent.Isolation;

/// <summary>Version 1: one hierarchy for each controller, each with the same folder for a task.</summary>
internal sealed class CgroupVersion1 : ICgroupLayout
{
    /// <summary>The first one present lists a task's processes: pids, which no other program is likely to rearrange.</summary>
    private static readonly string[] Order = ["pids", "memory", "cpu", "cpuacct"];

    private readonly IReadOnlyDictionary<string, string> _controllers;
    private readonly CpuLimitMode _cpu;

    /// <param name="controllers">Folder under which tasks' folders are made, by controller: cpu, cpuacct, memory, pids.</param>
    /// <param name="cpu">What cpus mean.</param>
    public CgroupVersion1(IReadOnlyDictionary<string, string> controllers, CpuLimitMode cpu)
    {
        _controllers = controllers;
        _cpu = cpu;
        foreach (var root in controllers.Values.Distinct())
            Directory.CreateDirectory(root);
    }

    public string Description =>
        $"cgroups version 1: {string.Join(", ", _controllers.Keys.Order(StringComparer.Ordinal))}; cpu by {(_cpu == CpuLimitMode.Quota ? "quota" : "shares")}";

    public bool Enforces => true;

    public TaskCgroup Create(string name, in TaskLimits limits)
    {
        var group = Open(name);
        foreach (var folder in group.Folders)
            AgentFolders.MakeTask(folder, () => Directory.CreateDirectory(Path.GetDirectoryName(folder)!));
        if (Folder("cpu", name) is { } cpu)
        {
            Write(cpu, "cpu.shares", CpuArithmetic.Shares(limits.CpuRequest));
            if (_cpu == CpuLimitMode.Quota && limits.CpuLimit is { } cpus)
            {
                Write(cpu, "cpu.cfs_period_us", CpuArithmetic.PeriodMicroseconds);
                Write(cpu, "cpu.cfs_quota_us", CpuArithmetic.Quota(cpus));
            }
        }
        if (Folder("memory", name) is { } memory && limits.MemoryBytes is { } bytes)
        {
            Write(memory, "memory.limit_in_bytes", bytes);
            // With swap accounting the limit covers both, else a task would only become slow.
            SmallFile.TryWrite(Path.Combine(memory, "memory.memsw.limit_in_bytes"), $"{bytes}");
        }
        if (Folder("pids", name) is { } pids && limits.Processes is { } processes)
            Write(pids, "pids.max", processes);
        return group;
    }

    public TaskCgroup Open(string name) => new()
    {
        Folders = [.. Order.Select(c => Folder(c, name)).OfType<string>().Distinct()],
        OomFile = Folder("memory", name) is { } memory ? Path.Combine(memory, "memory.oom_control") : null,
        MemoryFile = Folder("memory", name) is { } used ? Path.Combine(used, "memory.usage_in_bytes") : null,
        CpuFile = Folder("cpuacct", name) is { } cpu ? Path.Combine(cpu, "cpuacct.usage") : null,
        ProcessesFile = Folder("pids", name) is { } pids ? Path.Combine(pids, "pids.max") : null,
    };

    public IReadOnlyList<string> List() =>
        [.. _controllers.Values.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(d => Path.GetFileName(d)).Distinct()];

    public void RemoveEmptyFolders()
    {
        foreach (var root in _controllers.Values.Distinct())
            AgentFolders.RemoveEmpty(root);
    }

    private string? Folder(string controller, string name) =>
        _controllers.TryGetValue(controller, out var root) ? Path.Combine(root, name) : null;

    private static void Write(string folder, string file, long value) => SmallFile.Write(Path.Combine(folder, file), $"{value}");
}
