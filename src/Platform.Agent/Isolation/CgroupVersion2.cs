using Platform.Agent.Files;

namespace Platform.Agent.Isolation;

/// <summary>Version 2: one hierarchy, one folder for a task.</summary>
internal sealed class CgroupVersion2 : ICgroupLayout
{
    private readonly string _mount;
    private readonly string _path;
    private readonly string _root;
    private readonly CpuLimitMode _cpu;

    /// <param name="mount">Where the hierarchy is mounted.</param>
    /// <param name="path">The agent's folder below it, with '/' between levels.</param>
    /// <param name="cpu">What cpus mean.</param>
    public CgroupVersion2(string mount, string path, CpuLimitMode cpu)
    {
        (_mount, _path, _cpu) = (mount, path, cpu);
        _root = Path.Combine(mount, path);
        MakeRoot();
    }

    public string Description => $"cgroups version 2: cpu, memory, pids; cpu by {(_cpu == CpuLimitMode.Quota ? "quota" : "weight")}";

    public bool Enforces => true;

    public TaskCgroup Create(string name, in TaskLimits limits)
    {
        var folder = Path.Combine(_root, name);
        AgentFolders.MakeTask(folder, MakeRoot);
        Write(folder, "cpu.weight", $"{CpuArithmetic.Weight(limits.CpuRequest)}");
        if (_cpu == CpuLimitMode.Quota && limits.CpuLimit is { } cpus)
            Write(folder, "cpu.max", $"{CpuArithmetic.Quota(cpus)} {CpuArithmetic.PeriodMicroseconds}");
        if (limits.MemoryBytes is { } bytes)
        {
            Write(folder, "memory.max", $"{bytes}");
            // The limit covers swap too, else a task would only become slow. Missing where the kernel has no swap accounting.
            SmallFile.TryWrite(Path.Combine(folder, "memory.swap.max"), "0");
        }
        if (limits.Processes is { } processes)
            Write(folder, "pids.max", $"{processes}");
        return Open(name);
    }

    public TaskCgroup Open(string name)
    {
        var folder = Path.Combine(_root, name);
        return new()
        {
            Folders = [folder],
            OomFile = Path.Combine(folder, "memory.events"),
            MemoryFile = Path.Combine(folder, "memory.current"),
            CpuFile = Path.Combine(folder, "cpu.stat"),
            ProcessesFile = Path.Combine(folder, "pids.max"),
            KillFile = Path.Combine(folder, "cgroup.kill"),
        };
    }

    public IReadOnlyList<string> List() =>
        Directory.Exists(_root) ? [.. Directory.EnumerateDirectories(_root).Select(d => Path.GetFileName(d))] : [];

    public void RemoveEmptyFolders() => AgentFolders.RemoveEmpty(_root);

    private void MakeRoot()
    {
        Directory.CreateDirectory(_root);
        // A controller has to be switched on at every level above the tasks.
        var level = _mount;
        foreach (var part in _path.Split('/', StringSplitOptions.RemoveEmptyEntries).Append(""))
        {
            File.WriteAllText(Path.Combine(level, "cgroup.subtree_control"), "+cpu +memory +pids");
            level = Path.Combine(level, part);
        }
    }

    private static void Write(string folder, string file, string value) => SmallFile.Write(Path.Combine(folder, file), value);
}
