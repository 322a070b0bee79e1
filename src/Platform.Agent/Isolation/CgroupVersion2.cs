using Platform.Agent.Files;

namespace Platform.Agent.Isolation;

/// <summary>Version 2: one hierarchy, one folder for a task. Tasks are found and killed in it whatever controllers there are; what each of them limits is limited if it is there.</summary>
internal sealed class CgroupVersion2 : ICgroupLayout
{
    /// <summary>The controllers that limit tasks.</summary>
    public static IReadOnlyList<string> Wanted { get; } = ["cpu", "memory", "pids"];

    private readonly string _mount;
    private readonly string _path;
    private readonly string _root;
    private readonly CpuLimitMode _cpu;
    private readonly IReadOnlyList<string> _wanted;
    private readonly HashSet<string> _controllers;

    /// <param name="mount">Where the hierarchy is mounted.</param>
    /// <param name="path">The agent's folder below it, with '/' between levels.</param>
    /// <param name="cpu">What cpus mean.</param>
    /// <param name="wanted">The controllers to use; null: <see cref="Wanted"/>.</param>
    /// <exception cref="IOException">The agent's folder cannot be made.</exception>
    public CgroupVersion2(string mount, string path, CpuLimitMode cpu, IReadOnlyList<string>? wanted = null)
    {
        (_mount, _path, _cpu, _wanted) = (mount, path, cpu, wanted ?? Wanted);
        _root = Path.Combine(mount, path);
        Directory.CreateDirectory(_root);
        _controllers = [.. Words(_mount, "cgroup.controllers").Intersect(_wanted)];
        MakeRoot();
        // Those that a level above does not hand on are not there.
        _controllers.IntersectWith(Words(_root, "cgroup.subtree_control").Select(word => word.TrimStart('+')));
    }

    public string Description
    {
        get
        {
            var missing = _wanted.Where(name => !_controllers.Contains(name)).ToList();
            var cpu = _controllers.Contains("cpu") ? $"; cpu by {(_cpu == CpuLimitMode.Quota ? "quota" : "weight")}" : "";
            return $"cgroups version 2: {(_controllers.Count == 0 ? "processes are found by them" : string.Join(", ", _wanted.Where(_controllers.Contains)))}{cpu}"
                + (missing.Count == 0 ? "" : $"; not limited, since this machine does not hand on the controller to the agent: {string.Join(", ", missing)}");
        }
    }

    public bool Enforces => _controllers.Contains("memory") && _controllers.Contains("pids");

    public TaskCgroup Create(string name, in TaskLimits limits)
    {
        var folder = Path.Combine(_root, name);
        AgentFolders.MakeTask(folder, MakeRoot);
        if (_controllers.Contains("cpu"))
        {
            Write(folder, "cpu.weight", $"{CpuArithmetic.Weight(limits.CpuRequest)}");
            if (_cpu == CpuLimitMode.Quota && limits.CpuLimit is { } cpus)
                Write(folder, "cpu.max", $"{CpuArithmetic.Quota(cpus)} {CpuArithmetic.PeriodMicroseconds}");
        }
        if (_controllers.Contains("memory") && limits.MemoryBytes is { } bytes)
        {
            Write(folder, "memory.max", $"{bytes}");
            // The limit covers swap too, else a task would only become slow. Missing where the kernel has no swap accounting.
            SmallFile.TryWrite(Path.Combine(folder, "memory.swap.max"), "0");
        }
        if (_controllers.Contains("pids") && limits.Processes is { } processes)
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
        // A controller has to be switched on at every level above the tasks. Where the agent is given a part of the hierarchy, that is done above it.
        var level = _mount;
        foreach (var part in _path.Split('/', StringSplitOptions.RemoveEmptyEntries).Append(""))
        {
            var missing = _controllers.Except(Words(level, "cgroup.subtree_control")).Order(StringComparer.Ordinal).ToList();
            var control = Path.Combine(level, "cgroup.subtree_control");
            if (missing.Count > 0 && !TrySwitchOn(control, missing))
            {
                // One that cannot be had keeps no other from being switched on.
                foreach (var name in missing)
                    _ = TrySwitchOn(control, [name]);
            }
            level = Path.Combine(level, part);
        }
    }

    private static bool TrySwitchOn(string control, IEnumerable<string> controllers)
    {
        try
        {
            SmallFile.Write(control, string.Join(' ', controllers.Select(name => "+" + name)));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string[] Words(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file)).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void Write(string folder, string file, string value) => SmallFile.Write(Path.Combine(folder, file), value);
}
